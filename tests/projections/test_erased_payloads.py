"""Projections pass over what was erased."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from projections.projector import Projector
from tests.projections.night_story import record, whole_night
from tomoe_es.events import EVENT_TYPES, ErasedPayload
from tomoe_es.log.erasing import erase
from tomoe_es.log.sealing import seal
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.night import night_of


def test_a_night_of_which_one_event_of_each_type_was_erased_is_still_folded(tmp_path: Path) -> None:
    with closing(SqliteLog(tmp_path / "log")) as log:
        record(log, whole_night())
        events = list(log.read())
        seal(log.folder, night_of(events[0].time))
        first_of_each = {type(each.payload): each.position for each in reversed(events)}
        for position in first_of_each.values():
            erase(log, position, who="the director", why="test", time=events[-1].time)
        erased = [each for each in log.read() if isinstance(each.payload, ErasedPayload)]
        assert {each.payload.of_type for each in erased} <= set(EVENT_TYPES)
        assert len(erased) == len(first_of_each)
        with Projector(log, tmp_path / "projections") as projector:
            assert projector.catch_up() == log.head()
