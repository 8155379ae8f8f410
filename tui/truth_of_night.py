"""A night of a data folder compared with its truth files, and the one line that its end has of that."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from replay.opening import opened_night
from replay.truth.findings import Counts, Findings
from replay.truth.told import told_night
from tomoe_es.errors import TomoeError
from tomoe_es.events.envelope import Recorded
from tui.data_folder import DataFolder


def compared(folder: DataFolder, night: str, events: Iterable[Recorded]) -> Findings:
    """Raises TruthMissing, TruthUnreadable."""
    from replay.truth.comparison import compare_night  # takes seconds to load

    return compare_night(told_night(events), night, folder.truth, folder.archive)


def say_truth_of_night(folder: DataFolder, night: str, say: Callable[[str], None]) -> None:
    """Say that a night is being compared with its truth, then how it agrees; nothing without truth files.

    That it can't be compared, for whatever reason, is said too, and takes nothing from a night that has run
    well.
    """
    if not (folder.truth / night).is_dir():
        return
    try:
        say("\nThe night is done, and is compared with its truth files; Ctrl-C leaves that to tomoe truth.\n")
        verdict = _verdict(folder, night)
    except KeyboardInterrupt:
        verdict = "not compared: broken off (tomoe truth)"
    say(f"truth: {verdict}\n")


def _verdict(folder: DataFolder, night: str) -> str:
    try:
        with opened_night(folder.log, night) as (opened, _):
            return in_a_line(compared(folder, night, opened.events(opened.first - 1, opened.last)))
    except TomoeError as error:
        return f"not compared, {error.condition}: {_one_line(error)}"
    except Exception as error:  # noqa: BLE001 - whatever it is, the night has ended well
        return f"not compared, {type(error).__name__}: {_one_line(error)} (tomoe truth)"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def in_a_line(found: Findings) -> str:
    """All of a comparison in the one line that a night ends with."""
    chips, solutions, moving = (
        found.counts.get(subject, Counts()) for subject in ("rejected chips", "solutions", "moving objects")
    )
    differ, must = len(found.disagreements), moving.true - sum(moving.need_not.values())
    so_far = "" if found.ended else "the night has not ended, so far "
    verdict = "agrees" if not differ else f"{differ} disagreement{'s' * (differ != 1)}"
    return (
        f"{so_far}{verdict}: {chips.found} of {chips.true} bad chips rejected, and {chips.false} good; "
        f"{moving.found} of {must} moving objects found, and {moving.false} false; "
        f"{solutions.false} wrong solutions (tomoe truth)"
    )
