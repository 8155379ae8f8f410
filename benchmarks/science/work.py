"""What is to be done for the truth table, a piece at a time, each in whatever process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.science import astrometry, faults, frame_limit, mover_accuracy, movers, photometry
from benchmarks.science.imaging import Folders, image_and_reduce, master
from benchmarks.science.plan import DET_IDS, plan_chip
from tomoe_es.reduction.job import Step

MANY_FIRST_PLAN = 200_000
MANY_FRAMES = 4
MANY_CHIPS_A_FIELD = 20
"""A star index takes as long as a chip."""
Record = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """How much is done; see the arguments of the program."""

    seed: int
    chips: int
    faults_each: int
    many: int
    cubes_every: int
    peers_every: int


@dataclass(frozen=True, order=True)
class Item:
    """One piece of work: its kind and its number, or numbers."""

    kind: str
    numbers: tuple[int, ...]

    @property
    def file(self) -> str:
        """Name of its record."""
        return "-".join([self.kind, *(str(number) for number in self.numbers)]) + ".json"


def items(options: Options) -> Iterator[Item]:
    """All that is to be done, the chips first."""
    for number in range(options.chips):
        yield Item("chip", (number,))
    for attempt in range(options.faults_each):
        for fault in range(len(faults.FAULTS)):
            yield Item("fault", (fault, attempt))
    from benchmarks.science import linking  # imports tracee, which most workers never need

    for number in range(linking.pieces()):
        yield Item("linking", (number,))
    for number in range(options.many):
        yield Item("many", (number,))


def make_masters(det_id: int, options: Options, work: Path, kept: Path) -> None:
    """Make the master dark and flat of a chip, unless a run before did, in whatever process."""
    folders = Folders(work / str(os.getpid()), kept)
    folders.work.mkdir(exist_ok=True)
    try:
        master(options.seed, det_id, folders, "DARK")
        master(options.seed, det_id, folders, "FLAT")
    finally:
        shutil.rmtree(folders.work)


def do(item: Item, options: Options, work: Path, kept: Path) -> Record:
    """Do one piece of work in whatever process."""
    folders = Folders(work / str(os.getpid()), kept)
    folders.work.mkdir(exist_ok=True)
    try:
        if item.kind == "chip":
            return _chip(item.numbers[0], options, folders)
        if item.kind == "fault":
            return faults.measure(options.seed, *item.numbers, folders)
        if item.kind == "many":
            return _one_of_many(item.numbers[0], options, folders)
        from benchmarks.science import linking  # as above

        return linking.measure(options.seed, *item.numbers)
    finally:
        shutil.rmtree(folders.work)


def _chip(number: int, options: Options, folders: Folders) -> Record:
    plan = plan_chip(options.seed, number)
    # Pairs of fields in turns, so that both sides of the galactic latitudes have their part.
    pair = number // len(DET_IDS) // 2
    with_cube = pair % options.cubes_every == 0
    with_peers = pair % options.peers_every == 0 and number % len(DET_IDS) == 0
    steps: tuple[Step, ...] = ("wcs", "stack", "neo", "cube") if with_cube else ("wcs", "stack", "neo")
    reduced = image_and_reduce(options.seed, plan, folders, steps=steps)
    result = reduced.result
    record: Record = {
        "number": number,
        "det_id": plan.det_id,
        "crowded": plan.crowded,
        "seeing_arcsec": plan.seeing_arcsec,
        "failure": result.failure.condition if result.failure else None,
        "rejected": [verdict.check for verdict in result.verdicts if not verdict.passed],
        "astrometry": astrometry.measure(reduced),
        "photometry": photometry.measure(reduced),
        "frame_limit": frame_limit.measure(reduced),
        "movers": movers.measure(reduced),
        "mover_accuracy": mover_accuracy.measure(reduced),
        "stage_seconds": result.stage_seconds,
    }
    if with_cube:
        from benchmarks.science import tracee_peer

        record["tracee"] = tracee_peer.measure(reduced)
    if with_peers:
        from benchmarks.science import peers

        record["peers"] = peers.measure(reduced, folders)
    return record


def _one_of_many(number: int, options: Options, folders: Folders) -> Record:
    plan = plan_chip(options.seed, MANY_FIRST_PLAN + number, movers=False, chips_a_field=MANY_CHIPS_A_FIELD)
    reduced = image_and_reduce(options.seed, plan, folders, steps=("wcs", "stack"), frames=MANY_FRAMES)
    return {"crowded": plan.crowded, "astrometry": astrometry.measure(reduced)}
