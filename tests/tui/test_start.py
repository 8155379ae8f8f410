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


CTRL_C = """
import signal, sys

LOADING = sys.argv.pop(1)

class CtrlC:
    def find_spec(self, name, path=None, target=None):
        if name == LOADING:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, CtrlC())
import tui.start
tui.start.main()
"""


@pytest.mark.parametrize(
    "while_loading", ["cyclopts", "tui.cli_errors", "tui.commands.night", "tui.night.run"]
)
def test_ctrl_c_while_a_command_is_loaded_ends_it_in_order(while_loading: str) -> None:
    command = [sys.executable, "-c", CTRL_C, while_loading, "night", "--no-such-option"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (130, "")
    assert ended.stderr == "tomoe: broken off; a night that was running goes on with 'tomoe night --resume'\n"


def test_who_breaks_off_another_command_is_told_of_no_night() -> None:
    command = [sys.executable, "-c", CTRL_C, "tui.commands.log", "log", "no-such-command"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "tomoe: broken off\n")
