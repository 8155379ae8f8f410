"""Prints replay's speed on a night of full scale: `python -m benchmarks.replay [--data DIR] [--out FILE]`.

Without a data folder, a full night is run first: 84 chips, 1,600 exposures, events only. Whether a target is
reached is told by the clock; the CPU time beside it hardly depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.log.__main__ import machine
from benchmarks.normal.__main__ import full_night
from benchmarks.replay import screen
from benchmarks.replay.clocks import HEAD, Clocks
from replay import breakpoints, checking
from replay.causes import why
from replay.conditions import condition
from replay.night import ReplayedNight
from tomoe_es.log.read_only import ReadOnlyLog
from tui.data_folder import DataFolder

SEEKS = 200
SCANNED = (
    'dome.slit == "closed" and camera == "exposing"',
    "control.execution != None and len(reduction.leased) > 40",
    'event.type == "RecipeInterrupted"',
)
MONOTONE = "control.last_exposure_number > 1200"
MARK = "<!-- measured: replay -->\n"


def measure(data: DataFolder, clocks: Clocks) -> None:
    """All figures of a night."""
    log = ReadOnlyLog(data.log)
    night = ReplayedNight(log)
    clocks.line(f"A night of {night.last - night.first + 1:,} events.\n\n{HEAD}")
    clocks.once("open", 0.5, lambda: ReplayedNight(log))
    rng = random.Random(1)
    clocks.often("why", 50, lambda: why(night, anywhere(night, rng)), SEEKS)
    for text in SCANNED:
        checked = condition(text)
        clocks.once(
            f"scan, nothing folded before: `{text}`",
            2,
            lambda checked=checked: list(breakpoints.hits(night, checked)),
        )
    clocks.once("fold the whole night once, keeping copies", None, lambda: night.states(night.last))
    clocks.often("seek, every state and read model", 25, lambda: night.states(anywhere(night, rng)), SEEKS)
    clocks.once("bisect by halves", 0.5, lambda: breakpoints.first_hit(night, condition(MONOTONE)))
    log.close()
    decisions = clocks.once("check every decision, 2 processes", 10, lambda: check(data, night.night))
    clocks.once("`tomoe replay show start`, with loading the program", None, lambda: show(data))
    screen.measure(data, clocks)
    clocks.line(f"\nThe check made {decisions:,} decisions again, all of them as they were recorded.")


def check(data: DataFolder, night: str) -> int:
    """Decide the night again; gives how many decisions were made."""
    [checked] = checking.check(data.log, [night], stop_after=1, workers=2)
    assert not checked.differences, "the same code decides the same"
    return checked.decisions


def show(data: DataFolder) -> None:
    """As a person types it."""
    typed = ["replay", "show", "start", "--data", str(data.top)]
    subprocess.run([sys.executable, "-m", "tui.start", *typed], check=True, stdout=subprocess.DEVNULL)


def anywhere(night: ReplayedNight, rng: random.Random) -> int:
    return rng.randint(night.first, night.last)


def main(data: Path | None, out: Path | None) -> None:
    clocks = Clocks()
    clocks.line(machine() + "\n")
    if data is not None:
        measure(DataFolder(data), clocks)
    else:
        with tempfile.TemporaryDirectory() as folder:
            measure(full_night(Path(folder)), clocks)
    if out is not None:
        head, mark, _ = out.read_text(encoding="utf-8").partition(MARK)
        out.write_text(f"{head}{mark}\n{clocks.text}", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay")
    parser.add_argument("--data", type=Path, help="data folder of a night that was run already")
    parser.add_argument("--out", type=Path, help=f"page whose part after '{MARK.strip()}' is written anew")
    given = parser.parse_args()
    main(given.data, given.out)
