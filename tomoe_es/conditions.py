"""Every condition that is understood, by name, with what it means and what to do; from where it is declared.

A violation, a failed operation or a rejected product whose name is not here is unfamiliar. The errors of all
packages are added where they can be seen (`tui/conditions.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import msgspec

from tomoe_es.machines import norms
from tomoe_es.recipe.file_errors import ERROR_CONDITIONS
from tomoe_es.recipe.refusals import REFUSALS
from tomoe_es.reduction.checks import symptoms
from tomoe_es.reduction.unsolved_causes import CAUSES


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One condition."""

    name: str
    kind: str
    meaning: str
    what_to_do: str
    severity: str = ""  # of a violation


_OPERATIONS = (
    (
        "DeviceFailed",
        "a device that the operation needs failed",
        "look at that device; the recipe is cancelled",
    ),
    (
        "OperationTimedOut",
        "the device's reading did not show the end of the operation within its time limit",
        "look at what the device shows; a recipe is handed in again when it is well",
    ),
    (
        "InterruptedTooOften",
        "the recipe was interrupted again and again, and nothing more of it was done",
        "look at what interrupts it; hand it in again when that is mended",
    ),
)
_AFTER_REFUSAL = "read in the message what the device or the sky shows; hand the recipe in again when it fits"
_CHIP_CUBES = (
    (
        "RingOverwritten",
        "the camera overwrote frames that were not transferred yet",
        "look at the transfer's speed and at the buffer storage's disk",
    ),
    ("BufferUnwritable", "the raw cube could not be written", "look at the disk and its free space"),
    ("FramesMissing", "the camera gave no frames of this chip", "look at the camera and its line"),
    (
        "SystemStopped",
        "the system was stopped before the cube was transferred",
        "none: the recipe takes the exposure again",
    ),
)
KINDS_NAMED_BY: dict[str, tuple[str, ...]] = {
    "ProductRejected": ("quality check",),
    "FieldsUnsolved": ("unsolved chips",),
    "ReductionFailed": ("error",),
    "ChipCubeLost": ("chip-cube", "error"),
}
"""Of an event that names conditions, the kinds that these may be: two of different kinds may share a name."""


@cache
def conditions() -> tuple[Condition, ...]:
    """The violations, then what happens to operations, cubes, products and recipe files."""
    return (
        *_violations(),
        *_table("operation", _OPERATIONS),
        *_table("operation", ((name, meaning, _AFTER_REFUSAL) for name, meaning in REFUSALS.items())),
        *_table("chip-cube", _CHIP_CUBES),
        *_table("quality check", ((name, *told) for name, told in symptoms().items())),
        *_table("unsolved chips", ((name, *told) for name, told in CAUSES.items())),
        *_table(
            "recipe refused",
            (
                (name, meaning, "correct the recipe at the line and field that the error names")
                for name, meaning in ERROR_CONDITIONS.items()
            ),
        ),
    )


def condition(name: str, kinds: Sequence[str] = ()) -> Condition | None:
    """The condition of a name, of these kinds where there are any given; None when it is unfamiliar."""
    return next(
        (each for each in conditions() if each.name == name and (not kinds or each.kind in kinds)), None
    )


def _table(kind: str, rows: Any) -> Iterator[Condition]:
    for name, meaning, what_to_do in rows:
        yield Condition(name=name, kind=kind, meaning=meaning, what_to_do=what_to_do)


def _violations() -> Iterator[Condition]:
    for name, each in norms.declared().items():
        yield Condition(
            name=name, kind="violation", meaning=each.meaning, what_to_do=each.remedy, severity=each.severity
        )
