"""What the dashboard can have done: alarms answered, and the telescope made safe by a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Protocol

import msgspec

from projections.overview_model import AlarmLine
from tui import answering
from tui.data_folder import DataFolder
from tui.duration import duration_us
from tui.person import person

ACTOR = "tomoe dashboard"
EMERGENCY_WHY = "EMERGENCY key of the dashboard"


class Outcome(msgspec.Struct, frozen=True):
    """How `tomoe emergency` ended, and what it said."""

    exit_code: int
    said: str


class Commands(Protocol):
    """Called in a background thread; raises TomoeError with what to do."""

    def acknowledge(self, alarm: AlarmLine, why: str) -> None:
        """Acknowledge what the line shows as open."""

    def mute(self, name: str, duration: str, why: str) -> None:
        """Mute a name."""

    def emergency(self) -> Outcome:
        """Make the telescope safe; returns when that has ended."""


class DataFolderCommands:
    """Of the observatory of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = DataFolder(data_dir.resolve())

    def acknowledge(self, alarm: AlarmLine, why: str) -> None:
        """Only what was on the screen: not what came after it."""
        answering.acknowledge(self._folder, alarm.name, person(), why, ACTOR, until=alarm.position)

    def mute(self, name: str, duration: str, why: str) -> None:
        """`duration` is as `--for` of `tomoe alarm mute`."""
        answering.mute(self._folder, name, duration_us(duration), person(), why, ACTOR)

    def emergency(self) -> Outcome:
        """Run `tomoe emergency` in a session of its own: it goes on when this screen is closed."""
        tomoe = Path(sys.executable).with_name("tomoe")
        ended = subprocess.run(
            [tomoe, "emergency", "--data", self._folder.top, "--why", EMERGENCY_WHY],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=False,
        )
        return Outcome(ended.returncode, ended.stdout.decode(errors="replace"))
