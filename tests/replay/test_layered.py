"""Layered tables and queues are dicts and deques to whoever uses them, and their copies are independent."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay import layered
from replay.layered import LayeredQueue, LayeredTable
from replay.layered_bytes import LayeredBytes

keys = st.integers(0, 12)
changes = st.lists(st.tuples(st.sampled_from(["set", "pop", "copy"]), keys, st.integers()), max_size=40)


@given(st.dictionaries(keys, st.integers()), changes, st.sampled_from([1, 4096]))
def test_a_table_is_a_dict(base: dict[int, int], steps: list[tuple[str, int, int]], rebase: int) -> None:
    layered._REBASE, before = rebase, layered._REBASE  # also so small that a copy makes a new shared part
    table, model = LayeredTable(dict(base)), dict(base)
    kept: list[tuple[LayeredTable, dict[int, int]]] = []
    for step, key, value in steps:
        if step == "set":
            table[key] = model[key] = value
        elif step == "pop":
            assert table.pop(key, None) == model.pop(key, None)
        else:
            kept.append((table.copy(), dict(model)))
        assert len(table) == len(model)
        assert (key in table, table.get(key)) == (key in model, model.get(key))
    layered._REBASE = before

    assert table == model
    for copy, expected in kept:
        assert copy == expected


def test_a_table_refuses_what_it_does_not_have() -> None:
    table = LayeredTable({1: "one"})
    del table[1]
    with pytest.raises(KeyError):
        table[1]
    with pytest.raises(KeyError):
        del table[1]


@given(
    st.lists(st.integers()),
    st.lists(st.tuples(st.sampled_from(["append", "popleft", "insert", "copy"]), keys)),
)
def test_a_queue_is_a_deque(base: list[int], steps: list[tuple[str, int]]) -> None:
    queue, model = LayeredQueue(list(base)), deque(base)
    kept: list[tuple[LayeredQueue, list[int]]] = []
    for step, value in steps:
        match step:
            case "append":
                queue.append(value)
                model.append(value)
            case "popleft" if model:
                assert queue.popleft() == model.popleft()
            case "insert":
                queue.insert(value, value)
                model.insert(value, value)
            case "copy":
                kept.append((queue.copy(), list(model)))
            case _:
                pass
        assert len(queue) == len(model)
        if model:
            assert (queue[0], queue[-1]) == (model[0], model[-1])

    assert queue == list(model)
    for copy, expected in kept:
        assert copy == expected


@pytest.mark.parametrize("index", [3, -4])
def test_a_queue_ends(index: int) -> None:
    queue: Any = LayeredQueue([1, 2, 3])
    with pytest.raises(IndexError):
        queue[index]


@given(
    st.binary(),
    st.lists(st.tuples(st.sampled_from(["grow", "clear", "copy"]), st.binary(max_size=4))),
    st.slices(20),
)
def test_bytes_are_a_bytearray(base: bytes, steps: list[tuple[str, bytes]], part: slice) -> None:
    grown, model = LayeredBytes((base,)), bytearray(base)
    kept: list[tuple[LayeredBytes, bytes]] = []
    for step, more in steps:
        match step:
            case "grow":
                grown += more
                model += more
            case "clear" if more == b"":
                grown.clear()
                model.clear()
            case "copy":
                kept.append((grown.copy(), bytes(model)))
        assert len(grown) == len(model)
        assert grown[part.start : part.stop] == bytes(model[part.start : part.stop])

    assert grown == model
    for copy, expected in kept:
        assert copy == expected
