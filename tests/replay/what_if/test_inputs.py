"""What is changed comes after the branch, or it is told: what is the same already can't be left out."""

from __future__ import annotations

import pytest

from replay.errors import WhatIfInvalid
from replay.night import ReplayedNight
from replay.what_if.changes import Changes, Moved
from replay.what_if.inputs import branch
from tomoe_es.events.recipe import RecipeSubmitted


@pytest.fixture
def submitted(night: ReplayedNight) -> list[int]:
    """Positions of the submissions."""
    return [each.position for each in night.events() if isinstance(each.payload, RecipeSubmitted)]


@pytest.mark.parametrize("which", [0, -1])
def test_an_input_of_the_instant_of_the_branch_is_told(
    night: ReplayedNight, submitted: list[int], which: int
) -> None:
    place = str(submitted[which])
    for changes in (
        Changes(from_=place, leave_out=[place]),
        Changes(from_=place, move=[Moved(place, 5.0)]),
    ):
        with pytest.raises(WhatIfInvalid, match="branch earlier, with --from"):
            branch(night, changes, ())


def test_an_input_of_the_first_instant_is_told(night: ReplayedNight, submitted: list[int]) -> None:
    first = night.event(night.first).time
    for position in submitted:
        changes = Changes(leave_out=[str(position)])
        if night.event(position).time == first:
            with pytest.raises(WhatIfInvalid, match="branch earlier"):
                branch(night, changes, ())
        else:
            assert branch(night, changes, ()).position < position
