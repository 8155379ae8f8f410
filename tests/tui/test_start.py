"""A command is loaded alone, and the whole command line has the same ones."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tui import cli
from tui.start import COMMANDS, command

NEEDED_BY_NO_QUESTION = ("numba", "scipy", "astropy.wcs", "textual")


def test_the_whole_command_line_has_the_same_commands() -> None:
    for name in COMMANDS:
        assert command(name) is not None
        assert name in cli.app


@pytest.mark.parametrize("name", ["status", "queue", "lock", "alarm", "emergency", "guardian"])
def test_what_a_tired_person_types_loads_nothing_that_takes_seconds(name: str) -> None:
    asked = f"import sys, tui.start; tui.start.command({name!r}); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not set(NEEDED_BY_NO_QUESTION) & set(loaded)


@pytest.mark.parametrize("module", ["", ".show", ".causes", ".when", ".check"])
def test_a_command_of_replay_loads_nothing_that_only_another_needs(module: str) -> None:
    asked = f"import sys, tui.commands.replay{module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {*NEEDED_BY_NO_QUESTION, "sqlite_utils", "tui.commands.replay.whatif"} & set(loaded)
