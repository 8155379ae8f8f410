"""Events of every type in any order: what a projection must bear, whatever it makes of it."""

from __future__ import annotations

import typing
from typing import Any

import msgspec
from hypothesis import strategies as st

from tests.projections.night_story import START, Moment, frame_id_of, recipe_id_of, survey
from tomoe_es.clock import SECOND
from tomoe_es.events import EVENT_TYPES, Event

NUMBERS = st.integers(1, 3)
FRAME_IDS = st.builds(frame_id_of, NUMBERS, st.sampled_from([101, 212, 421]))
BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "recipe_id": st.builds(recipe_id_of, NUMBERS),
    "recipe": st.builds(survey, NUMBERS, NUMBERS),
    "exposure_number": NUMBERS,
    "frame_id": FRAME_IDS,
    "frame_ids": st.lists(FRAME_IDS, max_size=3, unique=True),
    "product_id": st.sampled_from(["p1", "p2", "p3"]),
    "night": st.sampled_from(["2023-12-12", "2023-12-13"]),
    "device": st.sampled_from(["mount", "camera", "weather"]),
    "index": st.integers(0, 5),
}


def _of_type(wanted: Any) -> st.SearchStrategy[Any]:
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: st.sampled_from(["", "a", "b/c"]),
        int: st.integers(0, 10**6),
        float: st.floats(-100, 100),
        bool: st.booleans(),
    }
    if wanted in simple:
        return simple[wanted]
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is list:
        return st.lists(_of_type(arguments[0]), max_size=2)
    if origin is dict:
        return st.dictionaries(_of_type(arguments[0]), _of_type(arguments[1]), max_size=2)
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _struct(wanted)
    return st.one_of(*(st.none() if each is type(None) else _of_type(each) for each in arguments))


def _struct(wanted: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(wanted)
    fields = wanted.__struct_fields__
    values = {name: BY_NAME[name] if name in BY_NAME else _of_type(hints[name]) for name in fields}
    return st.builds(wanted, **values)


ANY_EVENT: st.SearchStrategy[Event] = st.one_of(*(_struct(each) for each in EVENT_TYPES.values()))


def any_moments() -> st.SearchStrategy[list[Moment]]:
    """A short log of events of any type, times not always in order."""
    moment = st.tuples(st.integers(0, 3600).map(lambda seconds: START + seconds * SECOND), ANY_EVENT)
    return st.lists(moment, min_size=1, max_size=60)
