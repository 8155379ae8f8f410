"""Projections pass over what was erased."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from projections import history
from projections.projector import Projector
from projections.store import ProjectionReader
from tests.projections.night_story import record, whole_night
from tomoe_es.events import EVENT_TYPES, ErasedPayload, recipe
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


def test_the_history_keeps_the_end_of_a_recipe_that_was_erased(tmp_path: Path) -> None:
    with closing(SqliteLog(tmp_path / "log")) as log:
        record(log, whole_night())
        events = list(log.read())
        over = next(each for each in events if isinstance(each.payload, recipe.RecipeCompleted))
        asked = next(log.read_stream(over.stream))
        seal(log.folder, night_of(events[0].time))
        erase(log, asked.position, who="the director", why="asked by the person", time=events[-1].time)
        with Projector(log, tmp_path / "projections") as projector:
            projector.catch_up()
        with closing(ProjectionReader(tmp_path / "projections", history.PROJECTION)) as reader:
            [row] = [each for each in history.newest(reader, 10) if over.stream.endswith(each.recipe_id)]
        assert (row.observer, row.project, row.comment) == ("(erased)", "(erased)", "(erased)")
        assert (row.outcome, row.ended_us) == ("done", over.time)
