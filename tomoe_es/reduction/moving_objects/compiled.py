"""Functions compiled to machine code when first called, and kept on disk for the processes after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile with numba, single-threaded.

    Sums keep their order, so that results are the same on any machine. Only NaN, infinity and the sign of
    zero are not to be relied on, which lets minima and maxima run on several pixels at once.
    """
    jit = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"nnan", "ninf", "nsz"})
    return cast(Function, jit(function))
