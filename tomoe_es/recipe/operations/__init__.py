"""The operations of the recipe language, one a file, found by listing this folder."""

from __future__ import annotations

import importlib
import pkgutil

from tomoe_es.recipe.model import OperationCall, Recipe
from tomoe_es.recipe.operation import Operation
from tomoe_es.recipe.remembered import remembered


def _declared() -> dict[str, type[Operation]]:
    found: dict[str, type[Operation]] = {}
    for module_info in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, Operation) and each.__module__ == module.__name__:
                found[each.__name__] = each
    return found


OPERATIONS: dict[str, type[Operation]] = _declared()
"""Every operation by its name in recipes."""


@remembered
def operation_of(call: OperationCall) -> Operation:
    """The operation that a recipe's line calls; raises ArgumentError, or KeyError for an unknown name."""
    return OPERATIONS[call.name].parse(call.argument)


def text_of(operation: Operation) -> str:
    """One line for screens, as 'Pointing ra 19.7498 dec +29.7107'."""
    return operation.text()


def exposure_names(recipe: Recipe) -> list[str]:
    """Names of the recipe's exposures (of the sky, dark, flat), in order."""
    return [call.argument for call in recipe.operations if OPERATIONS[call.name].exposes]


def total_exposures(recipe: Recipe) -> int:
    """How many exposures the recipe takes."""
    return len(exposure_names(recipe))
