"""The quality checks, one a file of this folder: only data that passes all that apply to it is archived.

What is archived can be trusted because everything doubtful stops here, with a value, a limit and a reason.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from tomoe_es.reduction.checks.check import Check, Verdict
from tomoe_es.reduction.checks.measurements import Measurements, expected_noise_counts

__all__ = ["Check", "Measurements", "Verdict", "all_checks", "expected_noise_counts", "judge"]

_NOT_CHECKS = {"check", "measurements"}


@cache
def all_checks() -> tuple[Check, ...]:
    """The CHECK of every file of this folder, by file name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _NOT_CHECKS)
    return tuple(importlib.import_module(f"{__name__}.{name}").CHECK for name in names)


def judge(measured: Measurements) -> tuple[Verdict, ...]:
    """The verdicts of all checks that apply."""
    verdicts = (check.judge(measured) for check in all_checks())
    return tuple(verdict for verdict in verdicts if verdict is not None)
