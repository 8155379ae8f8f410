"""The time to live of raw cubes: after their reduction they are kept for a while, then deleted by policy."""

from __future__ import annotations

from bisect import insort
from collections import deque

import msgspec

from tomoe_es.clock import SECOND
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.events import Event, reduction, system, transfer
from tomoe_es.events.envelope import Recorded

NAME = "buffer"


class RawCube(msgspec.Struct, frozen=True):
    """A cube on the buffer storage. `expires` is 0 until it is reduced."""

    exposure_number: int
    frame_id: str
    path: str
    blake3: str
    position: int
    expires: int = 0


class BufferState(msgspec.Struct):
    """What the buffer storage holds."""

    ttl_us: int = 0
    cubes: dict[str, RawCube] = {}
    reduced: deque[str] = msgspec.field(default_factory=deque)  # frame ids in the order in which they expire


def initial() -> BufferState:
    """Before the first event."""
    return BufferState()


def evolve(state: BufferState, recorded: Recorded) -> BufferState:
    """Take one event in; the state given is changed and returned."""
    event = recorded.payload
    match event:
        case transfer.ChipCubeBuffered():
            state.cubes[event.frame_id] = RawCube(
                event.exposure_number, event.frame_id, event.path, event.blake3, recorded.position
            )
        case reduction.ReductionFinished():
            _reduced(state, event.frame_id, recorded)
        case reduction.ReductionFailed() if event.given_up:
            _reduced(state, event.frame_id, recorded)
        case transfer.ChipCubeExpired():
            state.cubes.pop(event.frame_id, None)
            while state.reduced and state.reduced[0] not in state.cubes:
                state.reduced.popleft()
        case system.NightPlanned():
            state.ttl_us = round(event.buffer_ttl_seconds * SECOND)
        case _:
            pass
    return state


EVENT_TYPES: frozenset[type[Event]] = frozenset(
    {
        transfer.ChipCubeBuffered,
        transfer.ChipCubeExpired,
        reduction.ReductionFinished,
        reduction.ReductionFailed,
        system.NightPlanned,
    }
)


def decide(state: BufferState, recorded: Recorded | None, now: int) -> list[Decision]:
    """Let go every cube whose time is over."""
    decisions = []
    for frame_id in state.reduced:
        cube = state.cubes.get(frame_id)
        if cube is None:
            continue
        if cube.expires > now:
            break
        expired = transfer.ChipCubeExpired(
            exposure_number=cube.exposure_number, frame_id=frame_id, path=cube.path, blake3=cube.blake3
        )
        decisions.append(Decision(expired, cube.position))
    return decisions


def next_wakeup(state: BufferState, now: int) -> int | None:
    """When the next cube expires."""
    return state.cubes[state.reduced[0]].expires if state.reduced else None


def _reduced(state: BufferState, frame_id: str, recorded: Recorded) -> None:
    cube = state.cubes.get(frame_id)
    if cube is not None and not cube.expires:
        state.cubes[frame_id] = msgspec.structs.replace(
            cube, expires=recorded.time + state.ttl_us, position=recorded.position
        )
        _line_up(state, frame_id)


def _line_up(state: BufferState, frame_id: str) -> None:
    """Almost always at the end; a later night may keep cubes for a shorter time."""
    expires = state.cubes[frame_id].expires
    if not state.reduced or state.cubes[state.reduced[-1]].expires <= expires:
        state.reduced.append(frame_id)
    else:
        insort(state.reduced, frame_id, key=lambda each: state.cubes[each].expires)


def decider(fold: Fold) -> Decider:
    """The buffer storage's policy over its state."""
    assert fold.evolve is evolve, "the buffer decides on its own state"
    return Decider(NAME, fold, frozenset(), decide, next_wakeup)
