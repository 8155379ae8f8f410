"""Prints how fast a night is judged: `python -m benchmarks.normal [--data DIR] [--out FILE]`.

Without a data folder, a full night is run first: 84 chips, 1,600 exposures, events only. Rates are of CPU
time, the best of five, since other jobs share the machine; the delay of a live violation is real time.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.log.__main__ import machine
from benchmarks.log.table import HEAD, Table
from benchmarks.normal.live import delays_ms
from tomoe_es.events.envelope import Recorded
from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog
from tomoe_es.machines.catalogue import TABLES
from tomoe_es.machines.deadlines import DEADLINES
from tomoe_es.machines.judging import steps
from tomoe_es.machines.judging.state import Judged
from tomoe_es.machines.rules import RULES
from tui.data_folder import DataFolder
from tui.night.options import NightOptions
from tui.night.run import run_night

RUNS = 5
MARK = "<!-- measured: normal -->\n"


def full_night(folder: Path) -> DataFolder:
    """A night at full scale, of events only."""
    data = DataFolder(folder)
    run_night(NightOptions(chips=84, exposures=1600, pixels=False), data)
    return data


def judge_seconds(events: list[Recorded]) -> tuple[float, Judged]:
    """CPU seconds to judge events that are in memory already, and the state afterwards."""
    judged = steps.initial()
    begun = time.process_time()
    for recorded in events:
        steps.judge(judged, recorded)
    return time.process_time() - begun, judged


def read_and_judge_seconds(log: EventLog) -> float:
    """CPU seconds to read, decode and judge a log."""
    judged = steps.initial()
    begun = time.process_time()
    for recorded in log.read():
        steps.judge(judged, recorded)
    return time.process_time() - begun


def measure(table: Table, data: DataFolder) -> None:
    with closing(open_log(data.log_url)) as log:
        reading = min(read_and_judge_seconds(log) for _ in range(RUNS))
        events = list(log.read())
    runs = [judge_seconds(events) for _ in range(RUNS)]
    seconds, judged = min(runs, key=lambda run: run[0])
    count = len(events)
    table.line(
        f"\nA night of {count:,} events, against {len(TABLES)} machines, {len(RULES)} rules and "
        f"{len(DEADLINES)} deadlines:\n\n{HEAD}"
    )
    table.row("judge", count / seconds, "events/CPU s", at_least=300_000)
    table.row("read + decode + judge", count / reading, "events/CPU s")
    found = delays_ms(judged)
    table.row("live, from a cause to its violation in the log: median", statistics.median(found), "ms")
    table.row("live, from a cause to its violation in the log: longest of 200", max(found), "ms", under=100)


def main(data: Path | None, out: Path | None) -> None:
    table = Table()
    table.line(machine())
    if data is not None:
        measure(table, DataFolder(data))
    else:
        with tempfile.TemporaryDirectory() as folder:
            measure(table, full_night(Path(folder)))
    if out is not None:
        head, mark, _ = out.read_text(encoding="utf-8").partition(MARK)
        out.write_text(f"{head}{mark}\n{table.text}", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.normal")
    parser.add_argument("--data", type=Path, help="data folder with the night to be judged")
    parser.add_argument("--out", type=Path, help=f"page whose part after '{MARK.strip()}' is written anew")
    given = parser.parse_args()
    main(given.data, given.out)
