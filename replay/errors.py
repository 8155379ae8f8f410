"""The named conditions of replay."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from tomoe_es.errors import TomoeError, UsageError


class NightUnknown(TomoeError):
    """The log holds no event of this night."""

    what_to_do = "name a night of the log by its evening's date, as 2023-12-12, or leave it out"


class PlaceUnknown(UsageError):
    """A place in the night that can't be found, or can't be meant so."""

    what_to_do = "write the place as `tomoe replay show --help` says: a position, a time, a recipe, a product"


class ConditionInvalid(UsageError):
    """A condition can't be understood; nothing was searched."""

    what_to_do = "write the condition with the names that `tomoe replay names` lists"


class RuleUnknown(UsageError):
    """No rule, deadline or departure of a machine has this name."""

    what_to_do = "give a name that `tomoe normal` lists"


class ImportRefused(TomoeError):
    """What should be imported is no log, or there is one already where it should go."""

    what_to_do = "name a file that `tomoe replay export` wrote, and a folder that holds no log"


class BeginningMissing(TomoeError):
    """The log is a part of one and lacks the beginning of its night; nothing was decided again."""

    what_to_do = (
        "check the whole log, or import an export from its start: `tomoe replay export` without --from"
    )


class NothingToKeep(TomoeError):
    """The night does not have what its fewest events should still have; nothing was written."""

    what_to_do = "look with `tomoe replay bisect` for a rule that is broken, or a condition that holds"


class WhatIfInvalid(UsageError):
    """What is to be otherwise can't be understood, or can't be from that moment on; nothing was simulated."""

    what_to_do = "correct the change that the message names; docs/how-to/ask-what-if.md has all of them"


class WhatIfImpossible(TomoeError):
    """This night can't be simulated anew from there on."""

    what_to_do = "choose a simulated night, and a moment at which it ran"


class TruthMissing(TomoeError):
    """Nothing says what was true in this night; only a simulated night with images has truth files."""

    what_to_do = (
        "name a night that was simulated with images, and its --data; of a real one there is no truth"
    )


class PlotsNotInstalled(TomoeError):
    """What draws plots is not installed; everything else works without it."""

    what_to_do = "pip install 'tomoe-es[plots]', or look at --plot, which draws in the terminal"


def did_you_mean(word: str, known: Collection[str]) -> str:
    """The nearest known words, as the end of a message; all of them when they are few."""
    near = get_close_matches(word, list(known), n=3, cutoff=0.55)
    if near:
        return f"did you mean {' or '.join(repr(each) for each in near)}?"
    if len(known) <= 24:
        return f"known are: {', '.join(sorted(known))}"
    return "see 'tomoe replay names'"
