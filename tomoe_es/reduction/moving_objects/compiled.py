"""Functions compiled to machine code when first called, and kept on disk for the processes after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile with numba, single-threaded and with IEEE arithmetic, so that results are the same anywhere."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
