"""A comparison with the truth as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from replay.truth.findings import Counts, Findings, Line

EXCUSED_SHOWN: Final = 20


def truth_lines(found: Findings) -> Iterator[str]:
    """The tables, then each disagreement, then what differs and may."""
    if not found.ended:
        yield ""
        yield "the night has not ended: so far (tomoe night --resume goes on with it)"
    yield ""
    yield _compared(found)
    yield ""
    yield f"{'':<22}{'true':>6}{'found':>7}{'missed':>8}{'false':>7}  found by; not found, and why it may be"
    for subject, counts in found.counts.items():
        yield _row(subject, counts)
        if subject == "rejected chips":
            for fault, of_fault in sorted(found.faults.items()):
                yield _row(f"  {fault}", of_fault, false="")
    if found.measured:
        yield ""
        yield f"{'off the truth':<32}{'number':>7}{'median':>9}{'worst':>9}  {'unit':<9} worst at"
    for each in found.distances:
        numbers = f"{each.count:>7}{each.median:>9.3f}{each.worst:>9.3f}"
        yield f"{each.name:<32}{numbers}  {each.unit:<9} {each.worst_at}"
    yield ""
    yield from _listed("disagrees", found.disagreements, len(found.disagreements))
    yield from _listed("differs, and may", found.excused, EXCUSED_SHOWN)
    if not found.disagreements:
        yield "the night agrees with its truth" if found.ended else "so far the night agrees with its truth"


def _compared(found: Findings) -> str:
    """How many chips were, and what became of the others."""
    besides = (
        (found.lost, "lost on their way"),
        (found.not_judged, "not judged yet"),
        (found.taken - found.chips - found.lost - found.not_judged, "not compared"),
    )
    others = "".join(f", {number:,} {what}" for number, what in besides if number)
    if not others:
        return f"{found.chips:,} chips compared with their truth files"
    return f"{found.taken:,} chips taken, {found.chips:,} compared with their truth files{others}"


def _row(name: str, counts: Counts, false: str | None = None) -> str:
    shown = f"{counts.false:,}" if false is None else false
    more = [_reasons(counts.by)]
    if counts.need_not:
        more.append(f"{sum(counts.need_not.values())} not found: {_reasons(counts.need_not)}")
    rest = "; ".join(each for each in more if each)
    return f"{name:<22}{counts.true:>6,}{counts.found:>7,}{counts.missed:>8,}{shown:>7}  {rest}".rstrip()


def _reasons(numbers: Mapping[str, int]) -> str:
    return ", ".join(
        f"{name} {number:,}" for name, number in sorted(numbers.items(), key=lambda each: -each[1])
    )


def _listed(what: str, lines: Sequence[Line], most: int) -> Iterator[str]:
    for line in lines[:most]:
        exposure = "" if line.exposure_number is None else f", exposure {line.exposure_number}"
        chip = "" if line.det_id is None else f" chip {line.det_id}"
        yield f"{what}: {line.subject}{exposure}{chip}: {line.said}"
    if len(lines) > most:
        yield f"{what}: {len(lines) - most:,} more, which --json has"
