"""The named conditions of replay."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from tomoe_es.errors import TomoeError, UsageError


class NightUnknown(TomoeError):
    """The log holds no event of this night."""


class PlaceUnknown(UsageError):
    """A place in the night that can't be found, or can't be meant so."""


class ConditionInvalid(UsageError):
    """A condition can't be understood; nothing was searched."""


class ImportRefused(TomoeError):
    """What should be imported is no log, or there is one already where it should go."""


def did_you_mean(word: str, known: Collection[str]) -> str:
    """The nearest known words, as the end of a message; all of them when they are few."""
    near = get_close_matches(word, list(known), n=3, cutoff=0.55)
    if near:
        return f"did you mean {' or '.join(repr(each) for each in near)}?"
    if len(known) <= 24:
        return f"known are: {', '.join(sorted(known))}"
    return "see 'tomoe replay names'"
