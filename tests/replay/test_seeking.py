"""The state reached by seeking is the one reached by folding from the start, and the one there was live."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay import structural_copy
from replay.cache import FileCache
from replay.folds import all_folds, state_folds
from replay.ladder import Folding, Ladder
from replay.night import ReplayedNight
from replay.state_file import read_states, write_states
from replay.structural_copy import copy_state, layer
from tests.replay.conftest import log_of
from tests.tomoe_es.control.observatory import Observatory, plan, survey
from tomoe_es.events.envelope import Recorded


def folded(events: list[Recorded], position: int) -> dict[str, Any]:
    """By the fold alone, from the first event."""
    folding = Folding(all_folds())
    for recorded in events[:position]:
        folding.take_in(recorded)
    return folding.states()


@settings(max_examples=25)
@given(data=st.data())
def test_seeking_anywhere_in_any_order_is_folding_from_the_start(
    data: st.DataObject, events: list[Recorded]
) -> None:
    places = data.draw(st.lists(st.integers(0, len(events)), min_size=1, max_size=5))
    every = data.draw(st.sampled_from([1, 7, 64, 5000]))
    ladder = Ladder(log_of(events), all_folds, every, layered=False)

    for position in places:
        assert ladder.at(position).states() == folded(events, position)


@settings(max_examples=10)
@given(data=st.data())
def test_it_is_also_when_the_tables_are_layered(data: st.DataObject, events: list[Recorded]) -> None:
    places = data.draw(st.lists(st.integers(0, len(events)), min_size=1, max_size=4))
    small, structural_copy.LARGE = structural_copy.LARGE, 1
    try:
        ladder = Ladder(log_of(events), state_folds, every=50)
        for position in places:
            expected = folded(events, position)
            assert ladder.at(position).states() == {name: expected[name] for name in state_folds()}
    finally:
        structural_copy.LARGE = small


def test_what_is_done_with_a_state_does_not_change_the_next(events: list[Recorded]) -> None:
    ladder = Ladder(log_of(events), state_folds, every=16)
    first = ladder.at(100)
    first.states()["control"].recipes.clear()
    first.states()["monitor"].judged.machines["mount"].at.clear()
    first.states()["control"].hardware.read_at["mount"] = 0

    expected = folded(events, 100)
    assert ladder.at(100).states() == {name: expected[name] for name in state_folds()}


def test_it_is_the_state_that_there_was_live() -> None:
    # given a night of which the live states are noted whenever the clock goes on
    observatory = Observatory(None, plan(end="17:20"))
    observatory.start(survey(1))
    live: list[tuple[int, bytes, bytes]] = []
    while not observatory.over():
        observatory.clock.step()
        control, reduction = observatory.control, observatory.reduction
        live.append((observatory.log.head(), digest(control), digest(reduction)))

    # then seeking to each of these moments gives the same
    night = ReplayedNight(observatory.log)
    assert len(live) > 200
    for head, control_then, reduction_then in live[::7]:
        states = night.states(head)
        assert digest(states["control"]) == control_then
        assert digest(states["reduction"]) == reduction_then
    observatory.close()


def digest(state: msgspec.Struct) -> bytes:
    return msgspec.msgpack.encode(state, enc_hook=list)


def test_a_copy_shares_nothing_that_changes(events: list[Recorded]) -> None:
    folding = Folding(state_folds())
    for recorded in events[:300]:
        folding.take_in(recorded)
    copies = {name: copy_state(state) for name, state in folding.states().items()}
    before = {name: digest(state) for name, state in copies.items()}
    for recorded in events[300:]:
        folding.take_in(recorded)

    assert {name: digest(state) for name, state in copies.items()} == before


def test_states_written_and_read_are_the_same(events: list[Recorded]) -> None:
    folding = Folding(state_folds())
    for recorded in events:
        folding.take_in(recorded)
    small, structural_copy.LARGE = structural_copy.LARGE, 1
    try:
        for fold in folding.folds.values():
            layer(fold.state)
    finally:
        structural_copy.LARGE = small

    again = read_states(write_states(folding.folds), state_folds())

    assert {name: fold.state for name, fold in again.items()} == folding.states()


class TestCache:
    @pytest.fixture
    def every_50(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(FileCache, "every", 50)

    def ladder(self, tmp_path: Any, events: list[Recorded], code: str = "now") -> Ladder:
        log = log_of(events)
        return Ladder(log, state_folds, every=25, cache=FileCache(tmp_path / "cache", log, code, "states"))

    def test_another_process_begins_where_the_first_has_been(
        self, tmp_path: Any, events: list[Recorded], every_50: None
    ) -> None:
        self.ladder(tmp_path, events).at(230)

        second = self.ladder(tmp_path, events)
        assert second.at(249).states() == Ladder(log_of(events), state_folds).at(249).states()
        assert second.kept_positions == [0, 200, 225]

    def test_states_of_another_log_or_other_code_are_not_taken(
        self, tmp_path: Any, events: list[Recorded], every_50: None
    ) -> None:
        self.ladder(tmp_path, events).at(230)
        other = [msgspec.structs.replace(each, time=each.time + 1) for each in events]

        for second in (self.ladder(tmp_path, other), self.ladder(tmp_path, events, code="later")):
            second.at(249)
            assert second.kept_positions[1] == 25

    def test_a_damaged_file_is_as_good_as_none(
        self, tmp_path: Any, events: list[Recorded], every_50: None
    ) -> None:
        self.ladder(tmp_path, events).at(230)
        for path in (tmp_path / "cache" / "now").iterdir():
            path.write_bytes(path.read_bytes()[:-9])

        second = self.ladder(tmp_path, events)
        assert second.at(249).states() == Ladder(log_of(events), state_folds).at(249).states()
