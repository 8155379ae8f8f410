"""Every named condition comes whole from another process, such as the worker that met it."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Collection
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from tomoe_es.errors import TomoeError
from tui.conditions import error_classes

SIMPLE: dict[object, object] = {
    str: "sealed",
    int: 3,
    float: 2.5,
    Path: Path("night.tq"),
    BaseException: OSError("gone"),
}


def simple(kind: Any) -> object:
    """A value of a declared type."""
    if kind in SIMPLE:
        return SIMPLE[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return tuple(simple(each) for each in arguments if each is not ...)
    if origin in (list, Collection):
        return [simple(arguments[0])]
    if arguments:  # a union
        return simple(arguments[0])
    if issubclass(kind, TomoeError):
        return made(kind)
    return kind(**{name: simple(each) for name, each in get_type_hints(kind).items()})


def made(kind: type[TomoeError]) -> TomoeError:
    if kind.__init__ is Exception.__init__:
        return kind("the message")
    hints = get_type_hints(kind.__init__)
    wanted = [name for name in inspect.signature(kind.__init__).parameters if name != "self"]
    return kind(*(simple(hints[name]) for name in wanted))


@pytest.mark.parametrize("kind", error_classes(), ids=lambda each: each.__name__)
def test_it_comes_as_it_was(kind: type[TomoeError]) -> None:
    error = made(kind)
    error.add_note("while a night was checked")

    come = pickle.loads(pickle.dumps(error))

    assert type(come) is kind
    assert str(come) == str(error)
    assert {name: str(each) for name, each in vars(come).items()} == {
        name: str(each) for name, each in vars(error).items()
    }
