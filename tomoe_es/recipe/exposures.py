"""Check that something can come of each exposure: frames enough for what is asked for, and time enough.

What is told here would otherwise fail after the exposure, in the reduction, or when the recipe has waited.
"""

from __future__ import annotations

from collections.abc import Sequence

from tomoe_es.camera.frame_geometry import frame_seconds
from tomoe_es.clock import SECOND, isot
from tomoe_es.recipe.operations.set_parameter import SetParameter
from tomoe_es.recipe.operations.set_pipeline import SetPipeline
from tomoe_es.recipe.sequence import Report, WrittenOperation
from tomoe_es.reduction.frame_numbers import (
    DROPPED_FRAMES,
    FEWEST_FRAMES_TO_CLIP,
    FEWEST_FRAMES_TO_SEARCH,
    FEWEST_FRAMES_TO_STACK,
)


def check_exposures(
    written: Sequence[WrittenOperation], window: tuple[int, int] | None, report: Report
) -> None:
    """Report exposures of too few frames, those longer than the window, and the first that ends after it.

    Only what is known: what an unreadable operation would have set is not judged. `window` is in UTC
    microseconds; None where it can't be read.
    """
    parameter: SetParameter | None = None
    told: SetParameter | None = None  # with which an exposure was too long
    steps: tuple[str, ...] = ()
    taken_us = 0
    fits = True
    for index, each in enumerate(written):
        operation = each.operation
        if operation is None:
            if each.declared in (SetParameter, None):
                parameter = None
            if each.declared in (SetPipeline, None):
                steps = ()
        elif isinstance(operation, SetParameter):
            parameter = operation
        elif isinstance(operation, SetPipeline):
            steps = operation.steps
        elif operation.exposes and parameter is not None:
            _check_frames(index, type(operation).__name__, parameter.frames, steps, report)
            own_us = round(parameter.frames * frame_seconds(parameter.exposure_seconds) * SECOND)
            taken_us += own_us
            has_us = window[1] - window[0] if window is not None else taken_us
            if window is not None and (
                (own_us > has_us and parameter is not told) or (fits and taken_us > has_us)
            ):
                fits, told = False, parameter
                _report_too_long(index, own_us, taken_us, window, report)


def _check_frames(index: int, kind: str, frames: int, steps: tuple[str, ...], report: Report) -> None:
    if kind != "Exposure":
        wanted = [(FEWEST_FRAMES_TO_CLIP, f"a master of a {kind.lower()}", "")]
    elif not steps:
        return
    else:
        wanted = [(FEWEST_FRAMES_TO_STACK, "a stack", "")]
        if "clip" in steps:
            wanted.append((FEWEST_FRAMES_TO_CLIP + DROPPED_FRAMES, "a clipped stack", "clip"))
        if "neo" in steps:
            wanted.append((FEWEST_FRAMES_TO_SEARCH, "a search for moving objects", "neo"))
    for needed, what, step in wanted:
        if frames < needed:
            remedy = f"set nframe to {needed} or more in the SetParameter before it"
            if step:
                remedy += f", or leave '{step}' out of SetPipeline"
            report(index, "TooFewFrames", f"{what} needs {needed} frames, and nframe is {frames}", remedy)


def _report_too_long(index: int, own_us: int, taken_us: int, window: tuple[int, int], report: Report) -> None:
    start, end = (isot(each, 0)[11:16] for each in window)
    takes = f"it takes {own_us / SECOND:g} s"
    if taken_us > own_us:
        takes += f", {taken_us / SECOND:g} s with the exposures before it"
    report(
        index,
        "WindowTooShort",
        f"{takes}, and the time window from {start} to {end} UTC has {(window[1] - window[0]) / SECOND:g} s",
        "widen the time window, or take fewer or shorter frames",
    )
