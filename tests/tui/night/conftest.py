"""Whole nights, run in processes of their own as the command line runs them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tomoe_es.events.envelope import Recorded
from tomoe_es.log import open_log
from tui.data_folder import DataFolder
from tui.night.options import NightOptions

TOP = Path(__file__).parents[3]
RECIPES = TOP / "recipes" / "first-night"
SCRIPT = (TOP / "recipes" / "nights" / "first-night.yaml").read_text()
DRIVER = Path(__file__).with_name("driver.py")


@dataclass(frozen=True)
class FinishedNight:
    """A night that was run to its end."""

    data: DataFolder
    options: NightOptions
    events: list[Recorded]

    def of_type(self, name: str) -> list[Any]:
        """Events of a type; the test knows the fields of their payload."""
        return [each for each in self.events if type(each.payload).__name__ == name]


def start_night(data: Path, options: NightOptions, speed: float | None = None) -> subprocess.Popen[bytes]:
    """Start a night, as fast as its work allows or at a speed; its output goes to a file beside the data."""
    data.mkdir(exist_ok=True)
    text = msgspec.json.encode(options, enc_hook=str).decode()
    with (data / "output.txt").open("ab") as output:
        command = [sys.executable, DRIVER, data, text, *([str(speed)] if speed is not None else [])]
        return subprocess.Popen(command, stdout=output, stderr=output)


def finish_night(data: Path, options: NightOptions) -> FinishedNight:
    """Run a night to its end; it must succeed."""
    process = start_night(data, options)
    assert process.wait(timeout=280) == 0, (data / "output.txt").read_text()[-3000:]
    return read_night(data, options)


def read_night(data: Path, options: NightOptions) -> FinishedNight:
    folder = DataFolder(data)
    log = open_log(folder.log_url)
    try:
        return FinishedNight(folder, options, list(log.read()))
    finally:
        log.close()


PIXELS = NightOptions(
    recipes=tuple(RECIPES / name for name in ("01-andromeda-pisces.yaml", "03-orion.yaml", "05-gemini.yaml")),
    observing_hours=7.25,
    script=SCRIPT,
    dark_frames=6,
    flat_frames=6,
    buffer_ttl_hours=1,
)
"""Two chips, one clear recipe, one under clouds, one that fails; over when all three are."""

EVENTS_ONLY = NightOptions(
    recipes=tuple(sorted(RECIPES.glob("*.yaml"))), script=SCRIPT, pixels=False, chips=3, seed=7
)
"""The first night, from dusk to dawn."""

SHORT_NIGHT = NightOptions(
    exposures=24,
    observing_hours=2.0,
    script="""
weather:
  - { kind: clouds, from: '17:49', to: '18:20', strength: 1.0 }
faults:
  - { device: focus, kind: fail, from: '18:30', to: '18:50' }
""",
    pixels=False,
    chips=3,
    seed=7,
)
"""Two hours from dusk on, with what the first night has: clear recipes, one under clouds, one that fails."""


@pytest.fixture(scope="session")
def pixel_night(tmp_path_factory: pytest.TempPathFactory) -> FinishedNight:
    """A night with real images, run once for all tests that look at it."""
    return finish_night(tmp_path_factory.mktemp("pixel") / "data", PIXELS)


@pytest.fixture
def night_of_events(tmp_path: Path) -> Callable[[NightOptions], FinishedNight]:
    """Runs nights without images."""
    count = iter(range(100))
    return lambda options: finish_night(tmp_path / f"data{next(count)}", options)
