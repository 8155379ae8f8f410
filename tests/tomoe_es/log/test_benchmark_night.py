"""The night of `make bench-log` is made of events as they are now."""

from __future__ import annotations

from pathlib import Path

from benchmarks.log.night_events import exposures
from benchmarks.log.one_night import fold_rate
from tomoe_es.log.sqlite_log import SqliteLog


def test_the_night_of_the_benchmark_is_appended_and_folded(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path)
    for batches in exposures(2):
        log.append_many(batches)
    assert log.head() == 2 * 588
    assert fold_rate(log, 1) > 0
    log.close()
