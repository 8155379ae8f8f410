"""How two states differ."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replay.differences import ABSENT, Change, differences, plain, short
from replay.layered import LayeredTable
from replay.night import ReplayedNight

values = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


def test_a_state_does_not_differ_from_itself(night: ReplayedNight) -> None:
    assert list(differences(night.states(200), night.states(200))) == []


def test_each_place_is_named(night: ReplayedNight) -> None:
    found = {each.path: each for each in differences(night.states(100), night.states(night.last))}

    assert found["control.night.phase"].after == "ended"
    assert found["monitor.judged.machines.night.at['2023-12-12']"].after[0] == "ended"
    assert any(path.startswith("projection night.counts") for path in found)


@given(st.dictionaries(st.text(max_size=2), values), st.dictionaries(st.text(max_size=2), values))
def test_there_is_a_difference_where_they_are_not_equal(
    one: dict[str, object], other: dict[str, object]
) -> None:
    found = list(differences(one, other))
    backwards = list(differences(other, one))

    assert bool(found) == (one != other)
    assert {each.path for each in found} == {each.path for each in backwards}


def test_what_came_and_went_is_told_as_such() -> None:
    found = list(differences({"s": {"a": 1, "b": [1]}}, {"s": LayeredTable({"b": [2], "c": 3})}))
    assert found == [Change("s.a", 1, ABSENT), Change("s.b", [1], [2]), Change("s.c", ABSENT, 3)]


def test_a_value_on_one_line() -> None:
    assert short(list(range(100))) == "100 entries"
    assert short("a\nb") == "a b"
    assert short("x" * 100, 10) == "xxxxxxx..."
    assert plain(LayeredTable({1: {2}})) == {"1": [2]}
