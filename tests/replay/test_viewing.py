"""What the panels of replay are fed with is what the live screens showed at that moment."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.overview import read_overview
from projections.projector import Projector
from replay.night import ReplayedNight
from replay.viewing import Viewing
from tests.replay.conftest import log_of
from tomoe_es.events.envelope import Recorded


@pytest.fixture(scope="module")
def viewing(events: list[Recorded]) -> Viewing:
    return Viewing(ReplayedNight(log_of(events)))


def test_an_overview_is_the_one_that_the_live_screen_read(
    viewing: Viewing, events: list[Recorded], tmp_path: Path
) -> None:
    step = len(events) // 7
    with Projector(log_of(events), tmp_path) as projector:
        while projector.catch_up(step):
            assert viewing.overview(projector.position) == read_overview(tmp_path)


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_it_does_not_matter_from_where_one_comes(viewing: Viewing, data: st.DataObject) -> None:
    night = viewing.night
    position, before = (data.draw(st.integers(night.first, night.last)) for _ in range(2))
    viewing.overview(before)
    assert viewing.overview(position) == Viewing(night).overview(position)


def test_an_overview_stays_what_it_was_when_one_goes_on(viewing: Viewing) -> None:
    night = viewing.night
    for position in range(night.first, night.last, 97):
        overview = viewing.overview(position)
        before = msgspec.json.encode(overview)
        viewing.overview(min(position + 60, night.last))
        assert msgspec.json.encode(overview) == before


def test_a_night_is_folded_ahead_part_by_part_to_its_end(events: list[Recorded]) -> None:
    viewing = Viewing(ReplayedNight(log_of(events)))
    parts = [viewing.folded]
    while viewing.fold_ahead():
        parts.append(viewing.folded)
    assert parts[0] == 0.0
    assert parts[-1] == 1.0
    assert parts == sorted(parts)


def test_climbing_ends_at_the_place(viewing: Viewing) -> None:
    assert viewing.climb(viewing.night.last) == viewing.night.last
    assert viewing.is_near(viewing.night.last)
