"""States as bytes, to be handed to another process or kept in a cache."""

from __future__ import annotations

from collections import deque
from typing import Any

import msgspec

from replay.layered import LayeredQueue, LayeredTable
from replay.layered_bytes import LayeredBytes
from tomoe_es.control.decider import Fold


def write_states(folds: dict[str, Fold]) -> bytes:
    """The states of folds, by their names."""
    return msgspec.msgpack.encode({name: fold.state for name, fold in folds.items()}, enc_hook=_plain)


def read_states(content: bytes, folds: dict[str, Fold]) -> dict[str, Fold]:
    """Put states that were written into folds; raises msgspec.MsgspecError when they are of other types."""
    raw = msgspec.msgpack.decode(content, type=dict[str, msgspec.Raw])
    for name, fold in folds.items():
        fold.state = msgspec.msgpack.decode(raw[name], type=type(fold.state), dec_hook=_as_deque)
    return folds


def _plain(value: Any) -> Any:
    if isinstance(value, LayeredTable):
        return dict(value.items())
    if isinstance(value, (LayeredQueue, deque)):
        return list(value)
    if isinstance(value, LayeredBytes):
        return bytes(value)
    raise NotImplementedError(f"a state holds a {type(value).__name__}, which can't be written")


def _as_deque(_: type, value: Any) -> deque[Any]:
    return deque(value)
