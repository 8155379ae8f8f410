"""The quality checks, one a file of this folder: only data that passes all that apply to it is archived.

What is archived can be trusted because everything doubtful stops here, with a value, a limit and a reason.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from tomoe_es.reduction.checks.check import Check, Verdict
from tomoe_es.reduction.checks.measurements import Measurements, expected_noise_counts

__all__ = ["Check", "Measurements", "Verdict", "all_checks", "expected_noise_counts", "judge", "symptoms"]

_NOT_CHECKS = {"check", "measurements"}


@cache
def _modules() -> tuple[ModuleType, ...]:
    """Every file of this folder that holds a check, by file name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _NOT_CHECKS)
    return tuple(importlib.import_module(f"{__name__}.{name}") for name in names)


@cache
def all_checks() -> tuple[Check, ...]:
    """The CHECK of every file of this folder, by file name."""
    return tuple(module.CHECK for module in _modules())


@cache
def symptoms() -> dict[str, tuple[str, str]]:
    """By a check's name what it means that it failed, and what to do; checks of other data share a name."""
    found: dict[str, tuple[str, str]] = {}
    for module in _modules():
        meaning, remedy = (module.__doc__ or "").rstrip("."), module.CHECK.remedy
        if module.CHECK.name in found:
            others, other_remedies = found[module.CHECK.name]
            meaning, remedy = f"{others}; {meaning}", f"{other_remedies}; {remedy}"
        found[module.CHECK.name] = meaning, remedy
    return found


def judge(measured: Measurements) -> tuple[Verdict, ...]:
    """The verdicts of all checks that apply."""
    verdicts = (check.judge(measured) for check in all_checks())
    return tuple(verdict for verdict in verdicts if verdict is not None)
