"""Movers against the truth: which are found, by speed, signal and density of stars; what else is found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from adapters.simulator.sky.moving_objects import MoverInFrame
from benchmarks.science.imaging import Reduced
from benchmarks.science.plan import SIGNALS, SPEEDS
from benchmarks.science.row import Row, part
from replay.truth.matching import follows
from tomoe_es.reduction.moving_objects.tracklet import Tracklet

FEWEST_FRAMES: Final = 8
"""A mover that is on the chip in fewer frames isn't counted."""


def measure(reduced: Reduced) -> dict[str, Any]:
    """For each mover [pixels a frame, signal, tracklets that are its]; tracklets that are nobody's.

    Those that cross an edge own their tracklets, and are in no cell.
    """
    searched = reduced.result.moving_objects
    if searched is None:
        return {}
    places = _by_name(reduced.truth.movers)
    counts = dict.fromkeys(places, 0)
    of_cells = {mover.name for mover in reduced.plan.movers}
    false = []
    for tracklet in searched.tracklets:
        names = owners(tracklet, reduced.truth.movers)
        for name in names:
            counts[name] += 1
        if not names:
            false.append([tracklet.channel, tracklet.points, tracklet.pixels_a_frame, tracklet.score])
    return {
        "movers": [
            [*reduced.plan.cells[int(name.split()[1])], counts[name]]
            for name, some in sorted(places.items())
            if name in of_cells and len(some) >= FEWEST_FRAMES
        ],
        "false": false,
        "points": searched.points,
    }


def owners(tracklet: Tracklet, truth: Sequence[MoverInFrame]) -> list[str]:
    """Names of the movers whose a tracklet is: none of a false one, several where they meet."""
    return [name for name, places in _by_name(truth).items() if follows(tracklet, places)]


def _by_name(truth: Sequence[MoverInFrame]) -> dict[str, list[MoverInFrame]]:
    places: dict[str, list[MoverInFrame]] = defaultdict(list)
    for place in truth:
        places[place.name].append(place)
    return places


def rows(chips: list[dict[str, Any]]) -> list[Row]:
    """The rows of all chips' records; the cells have a table of their own."""
    searched = [chip for chip in chips if chip["movers"]]
    false = sum(len(chip["movers"]["false"]) for chip in searched)
    made = [mover for chip in searched for mover in chip["movers"]["movers"]]
    slow = [mover for mover in made if mover[0] == 0.4]
    return [
        Row("movers found, all cells", part(sum(mover[2] > 0 for mover in made), len(made)),
            f"{len(made)} movers on {len(searched)} chips"),
        Row("movers at 0.95 arcsec a second (0.4 pixels a frame) found",
            part(sum(mover[2] > 0 for mover in slow), len(slow)),
            f"{len(slow)} movers of signal 5, 7, 10; tracee finds 45 % of such points", at_least=0.45),
        Row("movers found twice", sum(mover[2] > 1 for mover in made), f"of {len(made)}"),
        Row("false tracklets in 100 chips", 100 * part(false, len(searched)),
            f"{false} on {len(searched)} chips, 12 movers each among them", at_most=1.0),
    ]  # fmt: skip


def cells(chips: list[dict[str, Any]]) -> str:
    """Completeness by cell as Markdown; beside it tracee's, of the same points of the same chips."""
    ours: dict[tuple[float, float, bool], list[bool]] = defaultdict(list)
    both: dict[tuple[float, float, bool], list[tuple[bool, bool]]] = defaultdict(list)
    for chip in chips:
        theirs = chip.get("tracee")
        for number, (speed, signal, times) in enumerate(chip["movers"].get("movers", ())):
            cell = (speed, signal, chip["crowded"])
            ours[cell].append(times > 0)
            if theirs:
                both[cell].append((times > 0, theirs["movers"][number][2] > 0))
    lines = ["| pixels a frame | " + " | ".join(f"S/N {signal:g}, {where}" for signal in SIGNALS
             for where in ("abs(b) > 20", "abs(b) < 10")) + " |"]  # fmt: skip
    lines.append("|---" * (1 + 2 * len(SIGNALS)) + "|")
    for speed in SPEEDS:
        parts = []
        for signal in SIGNALS:
            for crowded in (False, True):
                every, pairs = ours[speed, signal, crowded], both[speed, signal, crowded]
                shown = f"{part(sum(every), len(every)):.2f} of {len(every)}"
                if pairs:
                    same, other = (part(sum(pair[i] for pair in pairs), len(pairs)) for i in (0, 1))
                    shown += f" ({same:.2f} : {other:.2f})"
                parts.append(shown)
        lines.append(f"| {speed:g} | " + " | ".join(parts) + " |")
    return "\n".join(lines)


def worse_cells(chips: list[dict[str, Any]]) -> Row:
    """How many cells there are in which tracee finds more of the movers than we do."""
    both: dict[tuple[float, float, bool], list[int]] = defaultdict(lambda: [0, 0])
    for chip in chips:
        for number, (speed, signal, times) in enumerate(chip["movers"].get("movers", ())):
            if chip.get("tracee"):
                both[speed, signal, chip["crowded"]][0] += times > 0
                both[speed, signal, chip["crowded"]][1] += chip["tracee"]["movers"][number][2] > 0
    worse = sum(own < other for own, other in both.values())
    return Row("cells in which tracee finds more", worse, f"of {len(both)}, same points of the same chips",
               at_most=0)  # fmt: skip
