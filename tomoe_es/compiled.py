"""Functions compiled to machine code by numba: one pass where numpy makes ten.

A function is compiled when it is first called with arguments of its types, some seconds each, and kept on the
disk beside its source, or in the user's cache folder where that can't be written to (`NUMBA_CACHE_DIR` names
another). All processes find it there. `tomoe_es.warm_up` compiles everything after an installation.

No fast-math: sums are made in the order written, so that a product made again is the same bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

from tomoe_es.errors import KernelCacheUnwritable

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Decorate a function on arrays and numbers. Raises KernelCacheUnwritable."""
    try:
        return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError as error:  # numba found no folder for its cache
        raise KernelCacheUnwritable(
            f"compiled functions can't be kept on the disk ({error}): "
            "let NUMBA_CACHE_DIR name a folder that the night may write to"
        ) from error


def inlined(function: Function) -> Function:
    """Decorate a function that only compiled ones call; it goes into their machine code and cache."""
    return cast(Function, numba.njit(nogil=True, error_model="numpy", inline="never")(function))
