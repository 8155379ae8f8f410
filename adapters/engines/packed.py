"""A task as bytes for another process, and its result or exception as bytes for the way back."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from typing import Any

from tomoe_es.reduction.engine import LARGEST_ARGUMENTS, ArgumentsTooLarge, WorkerRaised


def packed(task: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    """Bytes for `run_packed`. Raises ArgumentsTooLarge: data goes by path."""
    content = pickle.dumps((task, arguments))
    if len(content) > LARGEST_ARGUMENTS:
        raise ArgumentsTooLarge(len(content))
    return content


def run_packed(content: bytes) -> bytes:
    """Run a task in this process; bytes for `unpacked`."""
    try:
        task, arguments = pickle.loads(content)
        return pickle.dumps((task(*arguments), None))
    except BaseException as error:  # noqa: BLE001  handed to the process that asked, SystemExit too
        told = traceback.format_exc()
        try:
            content = pickle.dumps((error, told))
            pickle.loads(content)
            return content
        except Exception:  # noqa: BLE001  it may hold what can't travel, or not arrive: its text does
            return pickle.dumps((RuntimeError(f"{type(error).__name__}: {error}"), told))


def unpacked(content: bytes) -> Any:
    """What the task returned. Raises WorkerRaised, also where that can't be read here."""
    try:
        result, told = pickle.loads(content)
    except Exception as error:
        raise WorkerRaised(error, traceback.format_exc()) from error
    if told is not None:
        raise WorkerRaised(result, told)
    return result
