"""Faults put into simulated chips, darks and flats, and whether the right check finds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np

from adapters.simulator.sky.render import ChipRenderer
from adapters.simulator.sky.request import RenderRequest
from benchmarks.science.imaging import Departure, Folders, Frames, image_and_reduce
from benchmarks.science.plan import NFRAME, ChipPlan, plan_chip
from benchmarks.science.row import Row, part
from tomoe_es.camera.frame_geometry import DARK_TEMPERATURE_K, IMAGING_AREA, PIXEL_SCALE_ARCSEC
from tomoe_es.transfer.exposure_facts import DataType

ROWS, COLUMNS = IMAGING_AREA
FIRST_PLAN: Final = 100_000
"""Chips with faults are others than those without."""
CLOCK_ERROR_US: Final = 300


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """What is wrong with data of a type, and the checks or conditions any of which names it rightly."""

    what: str
    data_type: DataType
    right: frozenset[str]
    depart: Callable[[ChipPlan], Departure]


def _spoil(change: Callable[[Frames, np.random.Generator], None]) -> Callable[[ChipPlan], Departure]:
    """A departure that changes the counts."""

    def depart(plan: ChipPlan) -> Departure:
        return Departure(spoil=lambda frames, _: change(frames, np.random.default_rng(plan.number)))

    return depart


def _noise(counts: float, rows: slice) -> Callable[[Frames, np.random.Generator], None]:
    def change(frames: Frames, random: np.random.Generator) -> None:
        for frame in frames:
            lines = frame[rows].astype(np.float32)
            lines += np.float32(counts) * random.standard_normal(lines.shape, dtype=np.float32)
            frame[rows] = np.clip(lines, 0, 65535).astype(np.uint16)

    return change


def _add(counts: int, columns: slice) -> Callable[[Frames, np.random.Generator], None]:
    def change(frames: Frames, _: np.random.Generator) -> None:
        lit = frames[:, ROWS, columns]
        lit[:] = np.minimum(lit.astype(np.int32) + counts, 28_800).astype(np.uint16)

    return change


def _dim_half(frames: Frames, _: np.random.Generator) -> None:
    half = frames[:, ROWS, COLUMNS.start : COLUMNS.start + 1000]
    half[:] = (1000 + 0.2 * (half.astype(np.float32) - 1000)).astype(np.uint16)


def _empty_lines(frames: Frames, _: np.random.Generator) -> None:
    frames[7, 600:] = 0


def _dead(frames: Frames, _: np.random.Generator) -> None:
    """The readout gives one number, at a level that a living one has."""
    frames[:] = 1000


def _old_lines(frames: Frames, _: np.random.Generator) -> None:
    frames[9, 300:700] = frames[2, 300:700]


def _strange_pixels(counts: int) -> Callable[[Frames, np.random.Generator], None]:
    def change(frames: Frames, random: np.random.Generator) -> None:
        strange = random.random(frames.shape[1:]) < 0.05
        frames[:, strange] = counts

    return change


def _trailed(plan: ChipPlan) -> Departure:
    """The telescope creeps by a third of a pixel a frame."""

    def spoil(frames: Frames, request: RenderRequest) -> None:
        for number, frame in enumerate(frames):
            dec = request.true_dec_deg + number * PIXEL_SCALE_ARCSEC / 3 / 3600
            ChipRenderer(msgspec.structs.replace(request, true_dec_deg=dec)).write_frame(number, frame)

    return Departure(spoil=spoil)


def _late(plan: ChipPlan) -> Departure:
    return Departure(facts={"start_us": plan.start_us + CLOCK_ERROR_US})


def _other_chip(plan: ChipPlan) -> Departure:
    return Departure(facts={"det_id": 102})


def _job(**changes: Any) -> Callable[[ChipPlan], Departure]:
    return lambda _: Departure(job=changes)


def _render(**changes: Any) -> Callable[[ChipPlan], Departure]:
    return lambda _: Departure(render=changes)


def _fault(
    what: str, data_type: DataType, right: str, depart: Callable[[ChipPlan], Departure]
) -> InjectedFault:
    return InjectedFault(what, data_type, frozenset(right.split()), depart)


FAULTS: Final = (
    _fault("clouds of 2 magnitudes", "OBJECT", "cloud astrometry", _render(transparency=(0.16,) * NFRAME)),
    _fault("clouds that let nothing through", "OBJECT", "astrometry", _render(transparency=(0.0,) * NFRAME)),
    _fault("half of the chip behind a cloud", "OBJECT", "uneven zeropoint cloud", _spoil(_dim_half)),
    _fault("out of focus by 0.8 mm", "OBJECT", "psf", _render(focus_offset_mm=0.8)),
    _fault("telescope creeps by a third of a pixel a frame", "OBJECT", "ellipticity", _trailed),
    _fault(
        "mount 10 arcmin off",
        "OBJECT",
        "pointing",
        lambda plan: Departure(render={"true_dec_deg": plan.dec_deg + 1 / 6}),
    ),
    _fault("sky of 14.5 mag a square arcsec", "OBJECT", "counts saturation", _render(sky_mag_arcsec2=14.5)),
    _fault(
        "a tenth of the chip lit by a lamp", "OBJECT", "saturation", _spoil(_add(28_000, slice(500, 700)))
    ),
    _fault("half a frame never written", "OBJECT", "frames", _spoil(_empty_lines)),
    _fault("lines of a former frame", "OBJECT", "frames", _spoil(_old_lines)),
    _fault("dead readout", "OBJECT", "frames", _spoil(_dead)),
    _fault("24 noisy lines", "OBJECT", "noise", _spoil(_noise(60.0, slice(360, 384)))),
    _fault("clock 0.3 ms off", "OBJECT", "time", _late),
    _fault("header names another chip", "OBJECT", "coordinates", _other_chip),
    _fault(
        "header names another pointing",
        "OBJECT",
        "coordinates",
        lambda plan: Departure(facts={"dec_deg": plan.stated[1] + 0.01}),
    ),
    _fault(
        "sensor 5 K warmer than at its dark",
        "OBJECT",
        "temperature",
        _render(sensor_temperature_k=DARK_TEMPERATURE_K + 5),
    ),
    _fault("no dark before", "OBJECT", "CalibrationMissing", _job(dark_path=None, dark_sha256=None)),
    _fault("cube changed on the disk", "OBJECT", "DigestMismatch", _job(cube_blake3="0" * 64)),
    _fault("light in a dark", "DARK", "counts", _spoil(_add(300, COLUMNS))),
    _fault("dark of a dead readout", "DARK", "readout", _spoil(_dead)),
    _fault("noisy dark", "DARK", "noise", _spoil(_noise(20.0, slice(0, 1200)))),
    _fault("5 % strange pixels in a dark", "DARK", "badpixels", _spoil(_strange_pixels(4000))),
    _fault("clock 0.3 ms off in a dark", "DARK", "time", _late),
    _fault("dark's header names another chip", "DARK", "coordinates", _other_chip),
    _fault("flat too bright", "FLAT", "counts", _render(flat_e_per_second=12_000.0)),
    _fault("flat too dark", "FLAT", "light", _render(flat_e_per_second=600.0)),
    _fault("flat of a dead readout", "FLAT", "frames", _spoil(_dead)),
    _fault("noisy flat", "FLAT", "noise", _spoil(_noise(500.0, slice(0, 1200)))),
    _fault("5 % dead pixels in a flat", "FLAT", "badpixels", _spoil(_strange_pixels(1000))),
    _fault("clock 0.3 ms off in a flat", "FLAT", "time", _late),
    _fault("flat's header names another chip", "FLAT", "coordinates", _other_chip),
)


def measure(seed: int, number: int, attempt: int, folders: Folders) -> dict[str, Any]:
    """Reduce one more chip with the `number`-th fault: what was found, and whether that is right."""
    fault = FAULTS[number]
    plan = plan_chip(seed, FIRST_PLAN + 4 * attempt + number % 4, movers=False)
    result = image_and_reduce(
        seed,
        plan,
        folders,
        data_type=fault.data_type,
        steps=("wcs", "stack"),
        frames=NFRAME,
        departure=fault.depart(plan),
    ).result
    failed = [verdict.check for verdict in result.verdicts if not verdict.passed]
    named = [*failed, *([result.failure.condition] if result.failure else [])]
    return {
        "fault": number,
        "named": named,
        "right": bool(fault.right & set(named)),
        "archived": len(result.products),
    }


def rows(faulty: list[dict[str, Any]], chips: list[dict[str, Any]]) -> list[Row]:
    """One row a fault, then how many good chips were rejected."""
    found = []
    for number, fault in enumerate(FAULTS):
        tried = [each for each in faulty if each["fault"] == number]
        if not tried:
            continue
        right = sum(each["right"] and not each["archived"] for each in tried)
        others = {name for each in tried for name in each["named"]} - fault.right
        how = f"{right} of {len(tried)} by {' or '.join(f'`{name}`' for name in sorted(fault.right))}"
        missed = [each["named"] for each in tried if not each["right"]]
        how += f"; also named: {', '.join(sorted(others))}" if others else ""
        how += f"; otherwise: {missed}" if missed else ""
        found.append(
            Row(f"{fault.what} ({fault.data_type.lower()})", part(right, len(tried)), how, at_least=1.0)
        )
    rejected = [chip for chip in chips if chip["rejected"]]
    unsolved = [chip for chip in rejected if chip["rejected"] == ["astrometry"]]
    how = f"{len(rejected)} of {len(chips)}, {len(unsolved)} of them unsolved"
    names = sorted({name for chip in rejected for name in chip["rejected"]})
    how += f"; by {', '.join(names)}" if names else ""
    found.append(Row("good chips rejected", part(len(rejected), len(chips)), how, at_most=0.01))
    return found
