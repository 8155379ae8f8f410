"""What a recipe as a whole needs and does, told from its operations: the sky, the lock, closing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tomoe_es.recipe.model import OperationCall, Recipe
from tomoe_es.recipe.operations import OPERATIONS
from tomoe_es.recipe.remembered import remembered


@remembered
def needs_sky(asked: Recipe) -> bool:
    """Tell whether the recipe looks at the sky, so that it waits for fit conditions."""
    return any(call.name in ("Exposure", "Flat") for call in asked.operations)


@remembered
def only_closes(asked: Recipe) -> bool:
    """Tell whether the recipe does nothing but close, park, lock, wait and say so.

    Such a recipe leaves the telescope safer than it was, so that neither a stopped queue nor the end of the
    night keeps it from being carried out.
    """
    return all(_leaves_safe(call) for call in asked.operations)


def lost_exposures(asked: Recipe, done: Collection[str]) -> list[str]:
    """Names of the recipe's exposures of the sky that are not among those done."""
    names = [str(call.argument) for call in asked.operations if call.name == "Exposure"]
    return [name for name in names if name not in done]


def needs_unlocked(calls: Sequence[OperationCall], *, lock_is_free: bool) -> bool:
    """Tell whether a set lock is in the way of these operations.

    They would move something, or expose, before they release it; or have a hand on a lock that is not theirs.
    """
    for call in calls:
        if call.name == "SetTelescopeLock" and not lock_is_free:
            return True
        if call.name == "SetTelescopeLock" and call.argument is False:
            return False
        if _disturbs(call):
            return True
    return False


def is_held_by_lock(asked: Recipe, index: int) -> bool:
    """Tell whether a lock that somebody sets now is in the way of the recipe, which is at operation `index`.

    What it has commanded since it last set or released the lock itself may still be moving.
    """
    begun = asked.operations[: index + 1]
    last = max((place for place, call in enumerate(begun) if call.name == "SetTelescopeLock"), default=-1)
    ahead = asked.operations[index:]
    return any(_disturbs(call) for call in begun[last + 1 :]) or needs_unlocked(ahead, lock_is_free=False)


def _disturbs(call: OperationCall) -> bool:
    operation = OPERATIONS[call.name]
    return operation.moves or operation.exposes


def _leaves_safe(call: OperationCall) -> bool:
    match call.name:
        case "MirrorCover" | "DomeSlit":
            return bool(call.argument == "close")
        case "SetTelescopeLock":
            return bool(call.argument)
        case "Park":
            return True
        case _:
            return not _disturbs(call)
