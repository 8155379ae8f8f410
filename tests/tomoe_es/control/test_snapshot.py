"""Snapshots of the states of control: what is restored is what was folded, or nothing."""

from __future__ import annotations

from collections import deque

import msgspec
import pytest

from tomoe_es.control import evolution, snapshot
from tomoe_es.control import state as control_state
from tomoe_es.control.correlations import Correlations
from tomoe_es.control.decider import Fold
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.queue import QueuePaused
from tomoe_es.transfer import time_to_live

LAST = Recorded(7, "queue", 1, 1_702_371_600_000_000, 0, 0, 1, "operator", QueuePaused(reason="tea"))


def folds() -> list[Fold]:
    return [
        Fold(control_state.initial(), evolution.evolve, evolution.EVENT_TYPES),
        Fold(time_to_live.initial(), time_to_live.evolve, time_to_live.EVENT_TYPES),
    ]


@pytest.fixture
def taken() -> bytes:
    """Taken after an event, with something in every state."""
    known = folds()
    evolution.evolve(known[0].state, LAST)
    known[0].state.hardware.read_at["mount"] = 5
    known[1].state.reduced = deque(["TMQ1", "TMQ2"])
    return snapshot.encode("v1", LAST, Correlations({"recipe": 3}), known)


def test_what_is_restored_is_what_was_folded(taken: bytes) -> None:
    decoded = snapshot.decode(taken, "v1")
    assert decoded is not None
    assert (decoded.position, decoded.correlations) == (7, Correlations({"recipe": 3}))
    restored = folds()
    assert snapshot.restore(decoded, LAST, restored)
    assert not restored[0].state.running
    assert restored[0].state.hardware.read_at == {"mount": 5}
    assert restored[1].state.reduced == deque(["TMQ1", "TMQ2"])


@pytest.mark.parametrize("cut", [0, 1, 40])
def test_one_that_was_cut_off_in_writing_is_none(taken: bytes, cut: int) -> None:
    assert snapshot.decode(taken[:cut], "v1") is None


def test_one_of_other_code_is_none(taken: bytes) -> None:
    assert snapshot.decode(taken, "v2") is None


def test_one_of_another_log_changes_nothing(taken: bytes) -> None:
    decoded = snapshot.decode(taken, "v1")
    assert decoded is not None
    other = Recorded(7, "queue", 1, 1_702_371_600_000_001, 0, 0, 1, "operator", QueuePaused(reason="tea"))
    known = folds()
    assert not snapshot.restore(decoded, other, known)
    assert known[0].state == control_state.initial()


@pytest.mark.parametrize(
    "state", [b"", b"\xa3\xff\xfe\xfd", msgspec.msgpack.encode({"cubes": 5})], ids=["none", "text", "kind"]
)
def test_one_with_a_state_that_cannot_be_read_changes_nothing(taken: bytes, state: bytes) -> None:
    decoded = snapshot.decode(taken, "v1")
    assert decoded is not None
    damaged = {**decoded.states, "BufferState": msgspec.Raw(state)}
    known = folds()

    assert not snapshot.restore(msgspec.structs.replace(decoded, states=damaged), LAST, known)
    assert known[0].state == control_state.initial()


def test_one_without_a_state_changes_nothing(taken: bytes) -> None:
    decoded = snapshot.decode(taken, "v1")
    assert decoded is not None
    states = {name: state for name, state in decoded.states.items() if name != "BufferState"}
    known = folds()

    assert not snapshot.restore(msgspec.structs.replace(decoded, states=states), LAST, known)
    assert known[0].state == control_state.initial()
