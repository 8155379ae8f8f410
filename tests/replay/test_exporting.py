"""Exports say what they are, and JSON lines come back as the same log."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from replay.errors import ImportRefused
from replay.exporting import csv_lines, import_json_lines, json_lines
from replay.night import Identity, ReplayedNight
from replay.spans import TRACKS
from replay.trace import trace_lines
from tests.projections.memory_log import MemoryLog
from tests.replay.conftest import log_of
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.sqlite_log import SqliteLog

IDENTITY = Identity("2023-12-12", 1, 9, "last event sha256:00", "0.1 then", "0.1 now")


def test_a_whole_night_comes_back_as_it_was(events: list[Recorded], tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log")
    assert import_json_lines(json_lines(IDENTITY, events), log) == len(events)
    assert list(log.read()) == events
    log.close()


def test_of_a_range_the_positions_begin_at_one_and_causes_follow(events: list[Recorded]) -> None:
    part = events[100:200]
    log = MemoryLog()
    import_json_lines(json_lines(IDENTITY, part), log)

    assert [each.payload for each in log.events] == [each.payload for each in part]
    assert [each.time for each in log.events] == [each.time for each in part]
    assert [each.cause for each in log.events] == [max(0, each.cause - 100) for each in part]
    assert any(each.cause for each in log.events)


def test_the_first_line_says_what_it_is(events: list[Recorded]) -> None:
    assert json.loads(next(json_lines(IDENTITY, events)))["replay"]["log_digest"] == "last event sha256:00"


@pytest.mark.parametrize("line", ["{}", "nonsense", '{"position": 1}', "[1]\n"])
def test_what_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(ImportRefused, match="line 1"):
        import_json_lines([line], MemoryLog())


def test_a_missing_event_is_refused(events: list[Recorded]) -> None:
    lines = list(json_lines(IDENTITY, events[:5]))
    with pytest.raises(ImportRefused, match="one is missing"):
        import_json_lines(lines[:3] + lines[4:], MemoryLog())


def test_nothing_is_imported_over_a_log(events: list[Recorded]) -> None:
    with pytest.raises(ImportRefused, match="already"):
        import_json_lines(json_lines(IDENTITY, events), log_of(events))


def test_csv_has_a_row_for_each_event(events: list[Recorded]) -> None:
    lines = list(csv_lines(IDENTITY, events[:50]))
    comments = [line for line in lines if line.startswith("#")]
    rows = list(csv.DictReader(lines[len(comments) :]))

    assert "night 2023-12-12" in comments[0]
    assert [int(row["position"]) for row in rows] == [each.position for each in events[:50]]
    assert [row["type"] for row in rows] == [type(each.payload).__name__ for each in events[:50]]
    assert json.loads(rows[0]["payload"])["night"] == "2023-12-12"


def test_a_trace_has_the_tracks(night: ReplayedNight) -> None:
    trace = json.loads("".join(trace_lines(IDENTITY, night.events())))

    names = {
        each["pid"]: each["args"]["name"] for each in trace["traceEvents"] if each["name"] == "process_name"
    }
    assert set(names.values()) == {*TRACKS, "violations"}
    whole = [each for each in trace["traceEvents"] if each["ph"] == "X"]
    assert {names[each["pid"]] for each in whole} >= {
        *("recipes", "operations", "exposures", "devices", "transfer", "reduction")
    }
    assert all(each["dur"] >= 0 for each in whole)
    assert trace["otherData"]["log_digest"] == IDENTITY.log_digest


def test_what_overlaps_in_a_trace_is_on_threads_of_its_own(night: ReplayedNight) -> None:
    """A viewer drops a slice that begins in another of its thread and outlasts it."""
    trace = json.loads("".join(trace_lines(IDENTITY, night.events())))["traceEvents"]
    threads: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for each in trace:
        if each["ph"] == "X":
            threads.setdefault((each["pid"], each["tid"]), []).append((each["ts"], each["ts"] + each["dur"]))
    crossing = [
        (one, other)
        for slices in threads.values()
        for one in slices
        for other in slices
        if one[0] < other[0] < one[1] < other[1]
    ]
    assert not crossing
