"""Time and completeness of the linker beside tracee: `python -m benchmarks.linking [--quick] [--out FILE]`.

CPU time, ours the best of five, tracee's of one run, on the same points in the same process. `--quick` leaves
out the scenes for which tracee takes minutes.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tracee
from numpy.typing import NDArray

from benchmarks.linking.points import FRAMES, HEIGHT, WIDTH, Scene, points_of, scene
from tomoe_es.reduction.moving_objects.linking import LinkingLimits, fewest_points_for, link

TARGET_MS = {20: 6.0, 500: 120.0, 2000: 1500.0}
TARGET_RATIO = 25.0
Points = list[NDArray[np.int64]]


def ours(given: Scene, width: float = WIDTH, height: float = HEIGHT) -> Points:
    fewest = fewest_points_for(len(given.x), given.frames, width, height)
    return points_of(link(given.x, given.y, given.frame, given.frames, LinkingLimits(fewest)))


def theirs(given: Scene) -> Points:
    """tracee's tracklets as indices: its members are copies of the points."""
    vertices = np.column_stack([given.x, given.y, given.frame.astype(np.float64)])
    index = {vertex.tobytes(): i for i, vertex in enumerate(vertices)}
    return [
        np.array([index[np.ascontiguousarray(member).tobytes()] for member in tracklet.members])
        for tracklet in tracee.extract(vertices)
    ]


def timed(task: Callable[[], Points], times: int) -> tuple[float, Points]:
    best, found = math.inf, []
    for _ in range(times):
        start = time.process_time()
        found = task()
        best = min(best, time.process_time() - start)
    return best * 1e3, found


class Page:
    def __init__(self) -> None:
        self.text = ""

    def line(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        self.text += text + "\n"


def growth(page: Page, densities: list[int]) -> None:
    page.line("| false a frame | points | ms | target | tracee ms | ratio | complete | tracee complete |")
    page.line("|---|---|---|---|---|---|---|---|")
    measured = []
    for density in densities:
        given = scene(1, 84, density, 1, 20)
        ms, lines = timed(lambda given=given: ours(given), 5)  # type: ignore[misc]
        tracee_ms, tracklets = timed(lambda given=given: theirs(given), 1)  # type: ignore[misc]
        target = f"{TARGET_MS[density]:,.0f}" if density in TARGET_MS else ""
        page.line(
            f"| {density} | {len(given.x):,} | {ms:,.1f} | {target} | {tracee_ms:,.0f} |"
            f" {tracee_ms / ms:,.0f} x |"
            f" {given.completeness(lines, 7):.2f} | {given.completeness(tracklets, 7):.2f} |"
        )
        measured.append((len(given.x), ms, tracee_ms))
    logs = np.log(np.array(measured))
    slope, their_slope = (np.polyfit(logs[:, 0], logs[:, column], 1)[0] for column in (1, 2))
    page.line(
        f"\nGrows as n^{slope:.2f}; tracee as n^{their_slope:.2f}; the target is {TARGET_RATIO:.0f} x.\n"
    )


def cells(page: Page) -> None:
    page.line("| pixels a frame | seen | false a frame | complete | tracee | lines of chance | tracee |")
    page.line("|---|---|---|---|---|---|---|")
    for slowest, fastest in ((0.1, 0.2), (0.2, 0.4), (0.4, 1.0), (1.0, 5.0), (5.0, 20.0), (20.0, 40.0)):
        for seen in (0.9, 0.6):
            for density in (20, 200):
                given = scene(2, 84, density, slowest, fastest, detected=seen)
                lines, tracklets = ours(given), theirs(given)
                chance = [
                    sum((given.mover[each] < 0).all() for each in found) for found in (lines, tracklets)
                ]
                page.line(
                    f"| {slowest:g} to {fastest:g} | {seen} | {density} |"
                    f" {given.completeness(lines, 7):.2f} | {given.completeness(tracklets, 7):.2f} |"
                    f" {chance[0]} | {chance[1]} |"
                )


def paper(page: Page) -> None:
    """The cases of arXiv 2109.09064: 512 x 512, 30 frames, 200 false points in all, some 5 pixels a frame."""
    page.line("\n| objects (the paper's cases) | found | tracee | ms | tracee ms |\n|---|---|---|---|---|")
    for objects in (25, 100, 150):
        found, ms = np.zeros(2), np.zeros(2)
        for seed in range(5):
            given = scene(
                seed, objects, 0, 1, 15, width=512, height=512, frames=30, detected=1.0, false_points=200
            )
            for i, (task, times) in enumerate(
                ((lambda g=given: ours(g, 512, 512), 3), (lambda g=given: theirs(g), 1))
            ):
                took, points = timed(task, times)
                found[i] += given.completeness(points, 7) * objects / 5
                ms[i] += took / 5
        page.line(f"| {objects} | {found[0]:.1f} | {found[1]:.1f} | {ms[0]:,.1f} | {ms[1]:,.0f} |")


def main(quick: bool, out: Path | None) -> None:
    page = Page()
    page.line(f"{time.strftime('%Y-%m-%d')}, {FRAMES} frames of 2000 x 1128, 84 movers, scatter 0.2 pixel,")
    page.line(f"load {', '.join(f'{each:.1f}' for each in os.getloadavg())}; CPU time.\n")
    ours(scene(0, 10, 20, 1, 20))  # compiled before it is timed
    growth(page, [20, 200, 500] if quick else [20, 200, 500, 1000, 2000])
    cells(page)
    paper(page)
    if out is not None:
        head, mark, _ = out.read_text(encoding="utf-8").partition("<!-- measured -->\n")
        out.write_text(f"{head}{mark}\n{page.text}", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linking")
    parser.add_argument("--quick", action="store_true", help="without the scenes that take tracee minutes")
    parser.add_argument("--out", type=Path, help="page whose part after '<!-- measured -->' is written anew")
    given_options = parser.parse_args()
    main(given_options.quick, given_options.out)
