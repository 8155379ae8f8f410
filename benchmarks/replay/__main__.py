"""`make bench-replay`: replay's speed on a night of full scale, against its targets."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from replay import breakpoints, checking
from replay.causes import why
from replay.conditions import condition
from replay.night import ReplayedNight
from tomoe_es.log.read_only import ReadOnlyLog

T = TypeVar("T")

SEEKS = 200
CONDITION = 'dome.slit == "closed" and camera == "exposing"'
STATE_CONDITION = "control.execution != None and len(reduction.leased) > 40"
MONOTONE = "control.last_exposure_number > 1200"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(data: Path | None) -> None:
    """Measure on the log of a data folder, or on a night that is run for it."""
    if data is not None:
        measure(data / "log")
        return
    with tempfile.TemporaryDirectory() as folder:
        night = ["night", "--chips", "84", "--exposures", "1600", "--no-pixels", "--plain", "--data", folder]
        program = "import sys; from tui.cli import main; sys.argv[0] = 'tomoe'; main()"
        subprocess.run([sys.executable, "-c", program, *night], check=True, stdout=subprocess.DEVNULL)
        measure(Path(folder) / "log")


def measure(folder: Path) -> None:
    """Print a line for each figure: wall clock, CPU, target."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    say(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load {load}")
    say(f"{'':44} {'wall':>12} {'CPU':>12}   target")
    with closing(ReadOnlyLog(folder)) as log:
        night = timed("open", "0.5 s", lambda: ReplayedNight(log))
        say(f"{night.last - night.first + 1:,} events")
        timed("fold the whole night once, keeping copies", "-", lambda: night.states(night.last))
        rng = random.Random(1)
        spread("seek, every state and read model", "25 ms", lambda: night.states(anywhere(night, rng)))
        spread("why", "50 ms", lambda: why(night, anywhere(night, rng)))
        for text in (CONDITION, STATE_CONDITION):
            checked = condition(text)
            timed(f"scan: {text[:36]}", "2 s", lambda checked=checked: list(breakpoints.hits(night, checked)))
        timed("bisect by halves", "0.5 s", lambda: breakpoints.first_hit(night, condition(MONOTONE)))
    timed("check every decision, 2 processes", "10 s", lambda: check(folder, night.night))


def check(folder: Path, night: str) -> None:
    [checked] = checking.check(folder, [night], stop_after=1, workers=2)
    say(f"{checked.decisions:,} decisions, {len(checked.differences)} differences")


def anywhere(night: ReplayedNight, rng: random.Random) -> int:
    return rng.randint(night.first, night.last)


def timed(name: str, target: str, action: Callable[[], T]) -> T:
    wall, cpu = time.perf_counter(), cpu_seconds()
    result = action()
    say(f"{name:44} {time.perf_counter() - wall:>10.2f} s {cpu_seconds() - cpu:>10.2f} s   {target}")
    return result


def cpu_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def spread(name: str, target: str, action: Callable[[], object]) -> None:
    wall, cpu = [], []
    for _ in range(SEEKS):
        start, start_cpu = time.perf_counter(), time.process_time()
        action()
        wall.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - start_cpu) * 1000)
    for label, index in (("p50", SEEKS // 2), ("p99", SEEKS * 99 // 100)):
        one, other = sorted(wall)[index], sorted(cpu)[index]
        say(f"{name + ', ' + label:44} {one:>9.2f} ms {other:>9.2f} ms   {target if label == 'p50' else ''}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay")
    parser.add_argument("--data", type=Path, help="data folder of a night that was run already")
    main(parser.parse_args().data)
