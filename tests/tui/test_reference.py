from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

from tui.cli import app
from tui.reference import PAGE, main, reference

COMMITTED = Path(__file__).parents[2] / PAGE


def commands(parent: App, name: str) -> Iterator[tuple[str, App]]:
    """Every command that can be given, with its full name."""
    for word in parent:
        if not word.startswith("-"):
            command, full_name = parent[word], f"{name} {word}"
            yield from commands(command, full_name)
            if command.default_command is not None:
                yield full_name, command


COMMANDS = dict(commands(app, "tomoe"))
WRITTEN = reference()


def test_the_committed_page_is_current():
    assert COMMITTED.read_text(encoding="utf-8") == WRITTEN, (
        "the command line has changed: refresh its page with `make docs`"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_on_the_page_and_says_what_it_does(name):
    assert f"# {name}\n" in WRITTEN
    assert COMMANDS[name].help.strip()


def test_every_parameter_says_what_it_is():
    parameters = [line for line in WRITTEN.splitlines() if line.startswith("* `")]
    assert len(parameters) > len(COMMANDS)
    for line in parameters:
        assert re.match(r"\* `[^`]+`: \w", line), f"not described in its command's docstring: {line}"


def test_the_commands_of_daily_work_are_there():
    assert {"tomoe night", "tomoe status", "tomoe audit why", "tomoe queue submit"} <= set(COMMANDS)


WRITE = "import sys; from tui.reference import main; main(sys.argv[1:])"


@pytest.mark.parametrize("program", [["-m", "tui.reference"], ["-c", WRITE]], ids=["module", "text"])
def test_the_page_is_the_same_whichever_program_writes_it(tmp_path, program):
    subprocess.run([sys.executable, *program, tmp_path / "page.md"], check=True)
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == WRITTEN


def test_it_is_written_to_the_file_named(tmp_path):
    main([str(tmp_path / "here.md")])
    assert (tmp_path / "here.md").read_text(encoding="utf-8") == WRITTEN
