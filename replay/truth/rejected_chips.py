"""Chips rejected or given up, against what truly was wrong with them."""

from __future__ import annotations

from typing import Final

from adapters.simulator.sky.true_chip import TrueChip
from replay.truth.faults import TrueFault, true_faults
from replay.truth.findings import Counts, Findings, count
from replay.truth.told import ToldChip

SUBJECT: Final = "rejected chips"


def compare_rejection(chip: ToldChip, true: TrueChip, findings: Findings) -> None:
    """Whether a chip was rejected exactly if something is wrong with it, and for that reason."""
    faults = true_faults(true, chip)
    certain = [each for each in faults if each.certain]
    names = [chip.given_up] if chip.given_up else list(chip.failed_checks)
    done = "given up" if chip.given_up else "rejected"
    counts = findings.of(SUBJECT)
    counts.true += bool(certain)
    if not chip.judged:
        counts.missed += bool(certain)
        said = "it was queued, and the log tells no result: tomoe night --resume goes on with it"
        findings.disagrees(SUBJECT, chip, said)
        return
    rightly = [each for each in faults if each.right & set(names)]
    if chip.given_up and rightly:
        certain = [each for each in certain if each in rightly]  # nothing else of it was looked at
    right = frozenset().union(*(each.right for each in rightly))
    others = [name for name in names if name not in right]
    for fault in certain:
        _count_fault(findings.faults.setdefault(fault.name, Counts()), fault, names)
    if certain and not names:
        counts.missed += 1
        findings.disagrees(SUBJECT, chip, f"not rejected, and must be: {_said(certain)}")
    elif certain and not rightly:
        counts.missed += 1
        said = f"{done} by {', '.join(names)}, none of which names what is wrong: {_said(certain)}"
        findings.disagrees(SUBJECT, chip, said)
    elif certain:
        counts.found += 1
        for name in names:
            if name in right:
                count(counts.by, name)
    elif rightly:
        said = f"rejected by {', '.join(each for each in names if each in right)} ({_said(rightly)})"
        findings.excuses(SUBJECT, chip, "so near to the limit either is right", said)
    elif names:
        counts.false += 1
        nothing = (
            f"nothing that they look at is wrong ({_said(faults)})" if faults else "nothing is wrong with it"
        )
        findings.disagrees(SUBJECT, chip, f"{done} by {', '.join(names)}, and {nothing}")
    if rightly and others:
        why = f"it is bad, or may be, for another reason ({_said(rightly)})"
        said = f"rejected by {', '.join(others)} as well, which names none of it"
        findings.excuses(SUBJECT, chip, why, said)


def _count_fault(counts: Counts, fault: TrueFault, names: list[str]) -> None:
    right = fault.right & set(names)
    counts.true += 1
    counts.found += bool(right)
    counts.missed += not right
    for name in sorted(right):
        count(counts.by, name)


def _said(faults: list[TrueFault]) -> str:
    return "; ".join(each.said for each in faults)
