"""Functions compiled to machine code by numba: one pass where numpy makes ten.

A function is compiled when it is first called with arguments of its types, some seconds each, and kept on the
disk beside its source, or in the user's cache folder where that can't be written to (`NUMBA_CACHE_DIR` names
another). All processes find it there until something that it is made of changes (`compiled_cache`).
`tomoe_es.warm_up` compiles everything after an installation.

No fast-math: sums are made in the order written, so that a product made again is the same bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.extending import intrinsic

from tomoe_es.compiled_cache import LOCATORS
from tomoe_es.errors import KernelCacheUnwritable

numba.config.CACHE_LOCATOR_CLASSES = LOCATORS  # type: ignore[attr-defined]

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


def _multiply_add(_context: object, _one: object, _two: object, _three: object) -> tuple[object, object]:
    return numba.float32(numba.float32, numba.float32, numba.float32), _generate_multiply_add


def _generate_multiply_add(_context: object, builder: Any, _signature: object, values: list[Any]) -> Any:
    return builder.fma(*values)


multiply_add = cast(Callable[[np.float32, np.float32, np.float32], np.float32], intrinsic(_multiply_add))
"""one x two + three, rounded once (fusedMultiplyAdd of IEEE 754), in compiled functions.

It's one step where a product and a sum are two, and has the same bits on every processor: one that has no
instruction for it calls `fmaf` of the C library, which takes many times as long.
"""


def _bytes_turned(_context: object, _word: object) -> tuple[object, object]:
    return numba.uint32(numba.uint32), _generate_bytes_turned


def _generate_bytes_turned(_context: object, builder: Any, _signature: object, values: list[Any]) -> Any:
    return builder.bswap(values[0])


bytes_turned = cast(Callable[[np.uint32], np.uint32], intrinsic(_bytes_turned))
"""A word with its bytes in the other order, in compiled functions: one step, with shifts it would be ten."""
