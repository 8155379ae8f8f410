"""What of two nights is told as different, and what is not though it looks so."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec

from replay.comparing import NOT_THERE, Comparison, Parting, compare
from replay.night import ReplayedNight
from tests.replay.conftest import log_of
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.recipe import RecipeCompleted, RecipeSubmitted
from tomoe_es.events.reduction import ProductArchived
from tomoe_es.events.system import WhatIfBegun
from tui.commands.replay_text import comparison_lines

MARK = WhatIfBegun(of_night="2023-12-12", of_log="0", changes=["weather: clear"])


def opened(events: list[Recorded], *added: Event) -> ReplayedNight:
    """A night of such events, and some more at its end."""
    last = events[-1]
    more = [
        msgspec.structs.replace(last, position=last.position + number, payload=each)
        for number, each in enumerate(added, 1)
    ]
    return ReplayedNight(log_of([*events, *more]))


def renamed(events: list[Recorded], old: str, new: str) -> list[Recorded]:
    """As if a recipe had been submitted at another time."""
    told = []
    for each in events:
        payload: Any = each.payload
        if getattr(payload, "recipe_id", "") == old:
            each = msgspec.structs.replace(each, payload=msgspec.structs.replace(payload, recipe_id=new))
        told.append(each)
    return told


def of_objects(events: list[Recorded]) -> Event:
    """A product that only pixels give."""
    stack = next(each.payload for each in events if isinstance(each.payload, ProductArchived))
    return msgspec.structs.replace(stack, kind="NEO")


def difference(compared: Comparison, name: str) -> float:
    [row] = [each for each in compared.rows if each.name == name]
    return row.other - row.one


def completed(events: list[Recorded]) -> str:
    """A recipe of a person that was completed."""
    ended = {each.payload.recipe_id for each in events if isinstance(each.payload, RecipeCompleted)}
    return next(
        each.payload.recipe_id
        for each in events
        if isinstance(each.payload, RecipeSubmitted) and each.payload.recipe_id in ended
    )


def test_products_that_a_what_if_cannot_make_are_left_out_and_it_is_said(events: list[Recorded]) -> None:
    compared = compare(opened(events, of_objects(events)), opened(events, MARK))

    assert difference(compared, "products archived") == 0
    assert compared.left_out == ["NEO"]
    assert any("without the products NEO" in line for line in comparison_lines(compared))


def test_two_nights_that_happened_are_compared_in_all_products(events: list[Recorded]) -> None:
    compared = compare(opened(events, of_objects(events)), opened(events))

    assert difference(compared, "products archived") == -1
    assert compared.left_out == []


def test_a_recipe_submitted_at_another_time_is_the_same_recipe(events: list[Recorded]) -> None:
    compared = compare(opened(events), opened(renamed(events, completed(events), "another"), MARK))

    assert compared.recipes == []


def test_a_recipe_that_only_one_night_has_is_not_there_in_the_other(events: list[Recorded]) -> None:
    identity = completed(events)
    without = [each for each in events if getattr(each.payload, "recipe_id", "") != identity]
    compared = compare(opened(events), opened(without, MARK))

    assert compared.recipes == [(identity, "completed", NOT_THERE)]


def instant(events: list[Recorded]) -> int:
    """Index of the first of two events of one instant that are not alike."""
    return next(
        index
        for index, (one, two) in enumerate(pairwise(events))
        if one.time == two.time and (one.actor, one.payload) != (two.actor, two.payload)
    )


def swapped(events: list[Recorded], index: int) -> list[Recorded]:
    one, two = events[index : index + 2]
    back = [msgspec.structs.replace(each, position=index + at) for at, each in enumerate((two, one), 1)]
    return [*events[:index], *back, *events[index + 2 :]]


def test_the_order_within_an_instant_is_no_difference_of_a_what_if(events: list[Recorded]) -> None:
    at = instant(events)
    last = len(events) - 1
    other = swapped(events, at)
    changed = msgspec.structs.replace(other[last], actor="somebody else")

    assert compare(opened(events), opened(other, MARK)).parting is None
    parting = compare(opened(events), opened([*other[:last], changed], MARK)).parting
    assert parting == Parting(events[last], changed)
    parting = compare(opened(events), opened(other)).parting
    assert parting == Parting(events[at], other[at])


def test_an_event_that_a_what_if_lacks_is_told_with_what_it_goes_on_with(events: list[Recorded]) -> None:
    at = instant(events)
    less = [
        *events[:at],
        *(msgspec.structs.replace(each, position=each.position - 1) for each in events[at + 1 :]),
    ]
    following = next(each for each in less if each.time > events[at].time)

    assert compare(opened(events), opened(less, MARK)).parting == Parting(events[at], following)
    assert compare(opened(less, MARK), opened(events)).parting == Parting(following, events[at])
