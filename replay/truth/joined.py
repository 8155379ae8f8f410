"""Tracklets that were joined, against those that truly are of one object.

Those of an object in several exposures of a recipe are to be joined, each with the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from replay.truth.expectation import FULL, ON_STAR, TrueMover
from replay.truth.findings import Findings, Line, count
from replay.truth.told import ToldNight
from tomoe_es.events.reduction import MovingObjectDetected
from tomoe_es.reduction.moving_objects.joining import is_placed, leads_to

SUBJECT: Final = "joined tracklets"
NOBODY: Final = "nobody"
NOT_ENDED: Final = "the night has not ended"
LEADS_NOWHERE: Final = "its motion is known too badly to lead from one to the other"

Owners = Mapping[str, TrueMover | None]
"""Whose each tracklet of a chip that was compared is; None of a false one."""
Pair = tuple[MovingObjectDetected, MovingObjectDetected]


def compare_joined(told: ToldNight, owners: Owners, findings: Findings) -> None:
    """Whether no tracklets of several objects were joined, and all of one object in one recipe were."""
    findings.of(SUBJECT)  # told also where there are none
    _compare_groups(told, owners, findings)
    together = [frozenset(each.tracklet_ids) for each in told.joined]
    for name, seen in _by_object(told, owners):
        pairs = [(a, b) for a, b in pairwise(seen) if a.exposure_number != b.exposure_number]
        if pairs:
            _compare_object(name, pairs, together, owners, findings)


def _compare_groups(told: ToldNight, owners: Owners, findings: Findings) -> None:
    not_compared = {each for chip in told.chips.values() for each in chip.tracklets if each not in owners}
    for each in told.joined:
        if not_compared.intersection(each.tracklet_ids):
            continue
        movers = [owners.get(tracklet_id) for tracklet_id in each.tracklet_ids]
        names = {NOBODY if mover is None else mover.name for mover in movers}
        if NOBODY in names or len(names) > 1:
            findings.of(SUBJECT).false += 1
            said = f"{' '.join(each.tracklet_ids)} were joined, and are of {', '.join(sorted(names))}"
            findings.disagreements.append(Line(SUBJECT, each.exposure_number, None, said))


def _by_object(told: ToldNight, owners: Owners) -> list[tuple[str, list[MovingObjectDetected]]]:
    """The tracklets of each object in each recipe by time, of those that can be joined."""
    found: dict[tuple[str, str], list[MovingObjectDetected]] = {}
    for chip in told.chips.values():
        for tracklet in chip.tracklets.values():
            mover = owners.get(tracklet.tracklet_id)
            if mover is not None and is_placed(tracklet):
                found.setdefault((chip.recipe_id, mover.name), []).append(tracklet)
    return [
        (name, sorted(seen, key=lambda each: each.sightings[0].time_us)) for (_, name), seen in found.items()
    ]


def _compare_object(
    name: str, pairs: list[Pair], together: list[frozenset[str]], owners: Owners, findings: Findings
) -> None:
    counts = findings.of(SUBJECT)
    counts.true += 1
    apart = [pair for pair in pairs if not any(_ids(pair) <= group for group in together)]
    reasons = [_reason(pair, owners) or ("" if findings.ended else NOT_ENDED) for pair in apart]
    if not apart:
        counts.found += 1
        return
    if all(reasons):
        count(counts.need_not, reasons[0])
    else:
        counts.missed += 1
    for (one, other), why in zip(apart, reasons, strict=True):
        said = f"{one.tracklet_id} {other.tracklet_id} are both of '{name}', and were not joined"
        lines = findings.excused if why else findings.disagreements
        lines.append(Line(SUBJECT, other.exposure_number, None, f"{said}: {why}" if why else said))


def _ids(pair: Pair) -> frozenset[str]:
    return frozenset(each.tracklet_id for each in pair)


def _reason(pair: Pair, owners: Owners) -> str:
    """Why two tracklets of one object need not be joined; empty if they must be."""
    for each in pair:
        mover = owners[each.tracklet_id]
        assert mover is not None
        if mover.covered:
            return ON_STAR  # its numbers may be wrong
        if mover.reason == FULL:
            return FULL
    return "" if leads_to(*pair) else LEADS_NOWHERE
