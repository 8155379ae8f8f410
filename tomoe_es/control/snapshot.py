"""Snapshots of the states of control, so that a start reads the last night and not the years before it.

A snapshot is disposable: without it, or with one of another code version or another log, the states are
folded from the first event. A code version holds the digest of the whole source, so that any change of the
code makes the next start read all years: slow once, but no state is ever one that this code would not reach.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import msgspec

from tomoe_es.control.correlations import Correlations
from tomoe_es.control.decider import Fold
from tomoe_es.events.envelope import Recorded


class Snapshot(msgspec.Struct, frozen=True):
    """The states after the event at `position`; `last` is that event, by which the log is recognised."""

    code_version: str
    position: int
    last: bytes
    correlations: Correlations
    states: dict[str, msgspec.Raw]  # by the name of the state's type


def encode(code_version: str, last: Recorded, correlations: Correlations, folds: Sequence[Fold]) -> bytes:
    """The states of the folds after the event `last`, as bytes."""
    states = {
        type(fold.state).__name__: msgspec.Raw(msgspec.msgpack.encode(fold.state, enc_hook=_as_list))
        for fold in folds
    }
    taken = Snapshot(code_version, last.position, _recognisable(last), correlations, states)
    return msgspec.msgpack.encode(taken)


def decode(content: bytes, code_version: str) -> Snapshot | None:
    """A snapshot of this version of the code; None when it is of another, damaged, or cut off in writing."""
    try:
        taken = msgspec.msgpack.decode(content, type=Snapshot)
    except (ValueError, msgspec.MsgspecError):
        return None
    return taken if taken.code_version == code_version else None


def restore(taken: Snapshot, last: Recorded, folds: Sequence[Fold]) -> bool:
    """Put the states into the folds.

    False, and nothing changed, when the log's event at the position is not the snapshot's, or when a state is
    missing or damaged.
    """
    if _recognisable(last) != taken.last:
        return False
    try:
        states = [_state(taken, type(fold.state)) for fold in folds]
    except (KeyError, ValueError, msgspec.MsgspecError):
        return False
    for fold, state in zip(folds, states, strict=True):
        fold.state = state
    return True


def _state(taken: Snapshot, kind: type) -> Any:
    return msgspec.msgpack.decode(taken.states[kind.__name__], type=kind, dec_hook=_as_deque)


def _recognisable(recorded: Recorded) -> bytes:
    return msgspec.msgpack.encode(recorded)


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, deque):
        return list(value)
    raise NotImplementedError(f"a state holds a {type(value).__name__}, which can't be stored")


def _as_deque(_: type, value: Any) -> deque[Any]:
    return deque(value)
