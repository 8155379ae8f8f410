"""Where compiled functions are kept, and when they are out of date.

numba compiles a function anew when its own file has changed. It does not see a change of what the function
takes from other files, functions that go into its machine code and numbers that are frozen there, and would
go on with the old code under the new version's name. So these belong to the stamp as well.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numba.core import caching

LOCATORS: Final = ",".join(f"{__name__}.{name}" for name in ("Named", "BesideSource", "OfUser"))
"""For numba's CACHE_LOCATOR_CLASSES: tried in this order, which is numba's own."""
FROZEN: Final = (bool, int, float, complex, str, bytes, np.generic, np.dtype)


def stamp(function: Callable[..., object]) -> str:
    """Digest of all that goes into a function's machine code: texts of files, and values from elsewhere."""
    digest = hashlib.sha256()
    for part in sorted(set(_parts(function, set()))):
        digest.update(part.encode() + b"\n")
    return digest.hexdigest()


def _parts(function: Callable[..., Any], seen: set[str]) -> Iterator[str]:
    path = inspect.getfile(function)
    if path in seen:
        return
    seen.add(path)
    yield hashlib.sha256(Path(path).read_bytes()).hexdigest()
    for name, value in function.__globals__.items():
        if isinstance(value, np.ndarray):
            yield f"{name} = {value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
        elif _is_frozen(value) and not name.startswith("__"):
            yield f"{name} = {value!r}"
        called = getattr(value, "py_func", getattr(value, "_defn", None))
        if called is not None:
            yield from _parts(called, seen)


def _is_frozen(value: object) -> bool:
    return all(map(_is_frozen, value)) if isinstance(value, tuple) else isinstance(value, FROZEN)


class _Stamped:
    """A locator of numba's with this stamp."""

    def __init__(self, py_func: Callable[..., object], py_file: str) -> None:
        super().__init__(py_func, py_file)  # type: ignore[call-arg]
        self._function = py_func

    def get_source_stamp(self) -> str:
        """Told with what is kept; what was kept with another is compiled anew."""
        return stamp(self._function)


class Named(_Stamped, caching.UserProvidedCacheLocator):
    """In the folder that NUMBA_CACHE_DIR names."""


class BesideSource(_Stamped, caching.InTreeCacheLocator):
    """In `__pycache__`."""


class OfUser(_Stamped, caching.UserWideCacheLocator):
    """In the user's cache folder, where the source can't be written beside."""
