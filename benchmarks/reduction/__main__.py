"""Prints the reduction's speed against its targets: `python -m benchmarks.reduction [--out FILE]`.

Times are CPU seconds, with those of the solver's process, since other jobs share the machine; the median of
several runs. Ratios are taken within one run, in turns.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.reduction.agreement import require_agreement
from benchmarks.reduction.library_defaults import DEFAULTS, FAST, Masters, reduce_chip
from benchmarks.reduction.night import Night, make_night
from benchmarks.reduction.peers import astropy_clipped_mean, ccdproc_mean
from benchmarks.reduction.worker_memory import worker_peak_mb
from tomoe_es.camera.frame_geometry import GAIN_ELECTRONS_PER_COUNT, IMAGING_AREA, READ_NOISE_E
from tomoe_es.reduction.frame_numbers import DROPPED_FRAMES
from tomoe_es.reduction.inputs import read_cube, read_dark, read_flat
from tomoe_es.reduction.job import ReductionResult, Step
from tomoe_es.reduction.photometry import measure
from tomoe_es.reduction.pipeline import run_job
from tomoe_es.reduction.stack import stack
from tomoe_es.reduction.stopwatch import Stopwatch
from tomoe_es.transfer.stored_counts import as_counts

GAIN = GAIN_ELECTRONS_PER_COUNT["high"]
RUNS, PEER_RUNS, JOBS, TURNS = 9, 3, 15, 5
SURVEY: tuple[Step, ...] = ("wcs", "stack", "neo")
WITH_CUBE: tuple[Step, ...] = (*SURVEY, "cube")
HEAD = "| what | measured | target | |"
RULE = "|---|---|---|---|"


def cpu_seconds() -> float:
    """Of this process and of those it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def timed(work: Callable[[], object], runs: int) -> float:
    """Median CPU seconds, after a first run that doesn't count."""
    work()
    seconds = []
    for _ in range(runs):
        start = cpu_seconds()
        work()
        seconds.append(cpu_seconds() - start)
    return statistics.median(seconds)


class Table:
    """Lines of Markdown, printed as they are known."""

    def __init__(self) -> None:
        self.text = ""

    def line(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        self.text += text + "\n"

    def row(self, what: str, value: float, unit: str, at_least: float = 0, at_most: float = 0) -> None:
        target = f">= {at_least:g}" if at_least else f"<= {at_most:g}" if at_most else ""
        reached = (
            ("yes" if value >= at_least and (not at_most or value <= at_most) else "NO") if target else ""
        )
        told = f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
        self.line(f"| {what} | {told} {unit} | {target} | {reached} |")

    def stages(self, runs: list[dict[str, float]]) -> None:
        """Median of each stage of several runs, given in seconds."""
        for stage in runs[0]:
            self.row(f"- {stage}", statistics.median(each[stage] for each in runs) * 1e3, "ms")


def chips(table: Table, night: Night) -> None:
    cases: tuple[tuple[tuple[Step, ...], float], ...] = (
        (("wcs", "stack"), 0),
        (("wcs", "stack", "clip"), 0),
        (SURVEY, 0.3),
        (WITH_CUBE, 0.75),
    )
    for steps, target in cases:
        seconds, stages = [], []
        for _ in range(JOBS + 1):
            start = cpu_seconds()
            result = reduced(night, steps)
            seconds.append(cpu_seconds() - start)
            stages.append(result.stage_seconds)
        what = f"a chip with `[{', '.join(steps)}]`, FITS cube to archived product"
        table.row(f"{what}: median", statistics.median(seconds[1:]), "s", at_most=target)
        table.row("the same: 95 % within", sorted(seconds[1:])[-1], "s", at_most=0.5 if target == 0.3 else 0)
        table.stages(stages[1:])


def reduced(night: Night, steps: tuple[Step, ...]) -> ReductionResult:
    """The night's chip, reduced by the pipeline in this process."""
    result = run_job(msgspec.structs.replace(night.job, steps=steps), night.solver, cpu_seconds)
    if not result.products:
        raise RuntimeError(f"{result.failure or result.rejected}")
    return result


def kernels(table: Table, night: Night) -> None:
    dark, flat, (_, stored, levels) = read_dark(night.job), read_flat(night.job), read_cube(night.job)
    reading = timed(lambda: np.max(stored), RUNS)
    mean = timed(lambda: stack(stored, dark, flat, GAIN, levels=levels), RUNS)
    clipped = timed(lambda: stack(stored, dark, flat, GAIN, levels=levels, clip=True), RUNS)
    over_time = timed(lambda: stack(stored, dark, flat, GAIN, levels=levels, over_time=True), RUNS)
    light = (as_counts(stored)[DROPPED_FRAMES:, *IMAGING_AREA] - np.float32(1000)).astype(np.float32)
    ccdproc = timed(lambda: ccdproc_mean(light, dark.image, flat.image, READ_NOISE_E), PEER_RUNS)
    made = stack(stored, dark, flat, GAIN)
    calibrated = np.array([frame.copy() for frame in made.frames.each()])[DROPPED_FRAMES:]
    astropy = timed(lambda: astropy_clipped_mean(calibrated), PEER_RUNS)
    photometry = timed(lambda: measure(made.image, made.mask, GAIN * made.frames_used), RUNS)
    mean_ms = "bias + dark + flat + mean of 18 frames, with noise, saturation and lost lines"
    table.row(mean_ms, mean * 1e3, "ms", at_most=20)
    table.row("the same, and what the frames show over time", over_time * 1e3, "ms")
    table.row("the same: ccdproc takes", ccdproc / mean, "x", at_least=60)
    table.row("the same: of reading the bytes once", mean / reading, "x", at_most=6)
    table.row("bias + dark + flat + 3 sigma clipped mean", clipped * 1e3, "ms", at_most=55)
    table.row(
        "the same: astropy's clipped mean of calibrated frames takes", astropy / clipped, "x", at_least=7
    )
    table.row(
        f"photometry of {len(measure(made.image, made.mask, 4).sources)} sources", photometry * 1e3, "ms"
    )


def libraries(table: Table, night: Night, folder: Path) -> None:
    """The same chip with the field's libraries, in turns with ours; a first turn is held against ours."""
    masters, indexes = Masters.of(night.job), night.solver.index_folder
    for way, target in ((DEFAULTS, 9), (FAST, 0)):
        seconds, ratios, stages = [], [], []
        for turn in range(TURNS + 1):
            stopwatch = Stopwatch(cpu_seconds)
            with tempfile.TemporaryDirectory(dir=folder) as work:
                start = cpu_seconds()
                ours = reduced(night, SURVEY)
                between = cpu_seconds()
                theirs = reduce_chip(night.job, masters, indexes, Path(work), way, stopwatch)
                end = cpu_seconds()
                if turn == 0:
                    require_agreement(night.job, ours, theirs, masters, way)
                    continue
            seconds.append(end - between)
            ratios.append((end - between) / (between - start))
            stages.append(stopwatch.seconds)
        table.row(f"a chip with {way.name}: median", statistics.median(seconds), "s")
        table.stages(stages)
        faster = f"`[{', '.join(SURVEY)}]` is faster than {way.name}, in turns"
        table.row(faster, statistics.median(ratios), "x", at_least=target)


def memory(table: Table, night: Night) -> None:
    for steps in (SURVEY, WITH_CUBE):
        peak = worker_peak_mb(night.job, night.solver.index_folder.parent, steps)
        table.row(f"memory of a worker with `[{', '.join(steps)}]`, at most", peak, "MB", at_most=600)


def machine() -> str:
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(": ")[2] for line in info if line.startswith("model name")), "")
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    python = f"Python {platform.python_version()}"
    return f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores of {model}, {python}, load {load}"


def main(out: Path | None) -> None:
    ram = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="tomoe-bench-", dir=ram))
    table = Table()
    try:
        night = make_night(folder)
        table.line(machine() + "\n\n" + HEAD + "\n" + RULE)
        chips(table, night)
        kernels(table, night)  # before the libraries, which leave the allocator in another state
        libraries(table, night, folder)
        memory(table, night)
    finally:
        shutil.rmtree(folder)
    if out is not None:
        head, mark, _ = out.read_text(encoding="utf-8").partition("<!-- measured -->\n")
        out.write_text(f"{head}{mark}\n{table.text}", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reduction")
    parser.add_argument("--out", type=Path, help="page whose part after '<!-- measured -->' is written anew")
    main(parser.parse_args().out)
