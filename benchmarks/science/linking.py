"""The linker beside tracee on made points, where every cell of speed, detection and density can be had."""

from __future__ import annotations

from typing import Any, Final

from benchmarks.linking.__main__ import Points, ours, theirs
from benchmarks.linking.points import Scene, scene
from benchmarks.science.row import Row

SPEEDS: Final = ((0.1, 0.2), (0.2, 0.39), (0.39, 0.41), (0.41, 1.0), (1.0, 5.0), (5.0, 20.0), (20.0, 40.0))
"""Pixels a frame, from and to; the third is 0.95 arcsec a second."""
DETECTED: Final = (0.9, 0.6)
FALSE_A_FRAME: Final = (20, 200)
MOVERS, FEWEST_SEEN = 84, 7
PAPER: Final = {25: 24.8, 100: 98.2, 150: 136.6}
"""Objects of the paper's cases, and how many of them its author found (arXiv 2109.09064)."""


def pieces() -> int:
    """Into how many pieces the work is cut."""
    return len(_cells()) + len(PAPER)


def _cells() -> list[tuple[float, float, float, int]]:
    return [(*speeds, seen, false) for speeds in SPEEDS for seen in DETECTED for false in FALSE_A_FRAME]


def measure(seed: int, number: int) -> dict[str, Any]:
    """A cell [from, to, detected, false a frame, ours, tracee's], or of the paper [objects, ours, its]."""
    cells = _cells()
    if number < len(cells):
        slowest, fastest, detected, density = cells[number]
        given = scene(seed, MOVERS, density, slowest, fastest, detected=detected)
        return {"cell": [*cells[number], *_complete(given, ours(given), theirs(given))]}
    objects = list(PAPER)[number - len(cells)]
    given = scene(seed, objects, 0, 1, 15, width=512, height=512, frames=30, detected=1.0, false_points=200)
    parts = _complete(given, ours(given, 512, 512), theirs(given))
    return {"paper": [objects, *(objects * each for each in parts)]}


def _complete(given: Scene, *found: Points) -> list[float]:
    return [given.completeness(each, FEWEST_SEEN) for each in found]


def rows(records: list[dict[str, Any]]) -> list[Row]:
    """The rows of all pieces."""
    cells = [record["cell"] for record in records if "cell" in record]
    slow = [cell for cell in cells if cell[:2] == [0.39, 0.41]]
    found = [
        Row("linking: cells in which tracee finds more", sum(cell[4] < cell[5] for cell in cells),
            f"of {len(cells)}: speed x part of frames in which it is seen x false points", at_most=0),
        Row("linking: least complete cell", min(cell[4] for cell in cells),
            f"tracee's is {min(cell[5] for cell in cells):.2f}"),
        Row("linking: 0.95 arcsec a second, least complete", min(cell[4] for cell in slow),
            f"tracee's is {min(cell[5] for cell in slow):.2f}", at_least=0.45),
    ]  # fmt: skip
    for objects, own, theirs_found in sorted(record["paper"] for record in records if "paper" in record):
        found.append(
            Row(f"linking: the paper's case of {objects} objects", own,
                f"tracee here {theirs_found:.0f}, in the paper {PAPER[objects]}", at_least=PAPER[objects])
        )  # fmt: skip
    return found


def cells(records: list[dict[str, Any]]) -> str:
    """The cells as Markdown."""
    lines = ["| pixels a frame | seen | false a frame | complete | tracee |", "|---|---|---|---|---|"]
    lines += [
        f"| {low:g} to {high:g} | {seen:g} | {density} | {own:.2f} | {other:.2f} |"
        for low, high, seen, density, own, other in sorted(
            record["cell"] for record in records if "cell" in record
        )
    ]
    return "\n".join(lines)
