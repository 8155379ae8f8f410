"""What is normal across several things: one rule a file, found by listing this folder.

To add one, put a file here that defines RULE, and its pair of nights into `tests/tomoe_es/machines/rules/`.
"""

from __future__ import annotations

import importlib
import pkgutil

from tomoe_es.machines.rule import Deadline, Rule


def _declared() -> list[Rule | Deadline]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [importlib.import_module(f"{__name__}.{name}").RULE for name in names]


_DECLARED = _declared()
RULES: dict[str, Rule] = {each.name: each for each in _DECLARED if isinstance(each, Rule)}
"""By name of the violation, in order of the files' names."""
DEADLINE_RULES: dict[str, Deadline] = {each.name: each for each in _DECLARED if isinstance(each, Deadline)}
"""Rules that are nothing but a deadline."""
