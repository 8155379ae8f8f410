"""Rows of the truth table on movers: what is right is called so, and what is wrong shows in its row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from adapters.simulator.sky.moving_objects import place_in_frame
from adapters.simulator.sky.render import ChipTruth
from adapters.simulator.sky.request import RenderRequest
from benchmarks.science import mover_accuracy
from benchmarks.science.imaging import Reduced
from benchmarks.science.plan import EXPOSURE_SECONDS, NFRAME, ChipPlan, plan_chip
from benchmarks.science.row import Row
from tomoe_es.camera.focal_plane import chip_wcs
from tomoe_es.camera.frame_geometry import PIXEL_SCALE_ARCSEC
from tomoe_es.reduction.job import AstrometryResult, MovingObjectsResult, ReductionJob, ReductionResult
from tomoe_es.reduction.moving_objects.moving_light import Light
from tomoe_es.reduction.moving_objects.track import Track
from tomoe_es.reduction.moving_objects.tracklet import Timing, Tracklet, tracklet_of

ERROR_PIXELS, ASTROMETRY_ARCSEC, ERROR_MAG = 0.02, 0.005, 0.03
CHIPS = 12
Change = Callable[[Track, float, np.random.Generator], tuple[Track, float]]


def as_stated(track: Track, magnitude: float, random: np.random.Generator) -> tuple[Track, float]:
    """Thirds of the points that are off by what they state, and a magnitude that is."""
    x, y = track.x.copy(), track.y.copy()
    for part in track.parts():
        x[part] += random.normal(0, ERROR_PIXELS)
        y[part] += random.normal(0, ERROR_PIXELS)
    return _with(track, x, y), magnitude + random.normal(0, ERROR_MAG)


def pushed_outwards(track: Track, magnitude: float, random: np.random.Generator) -> tuple[Track, float]:
    x, y = (each.mean() + 1.1 * (each - each.mean()) for each in (track.x, track.y))
    return as_stated(_with(track, x, y), magnitude, random)


def displaced(track: Track, magnitude: float, random: np.random.Generator) -> tuple[Track, float]:
    return as_stated(_with(track, track.x + 1.0, track.y), magnitude, random)


def too_faint(track: Track, magnitude: float, random: np.random.Generator) -> tuple[Track, float]:
    return as_stated(track, magnitude + 0.1, random)


def scattered(track: Track, magnitude: float, random: np.random.Generator) -> tuple[Track, float]:
    for _ in range(3):
        track, magnitude = as_stated(track, magnitude, random)
    return track, magnitude


def _with(track: Track, x: np.ndarray, y: np.ndarray) -> Track:
    return Track("frames", track.frame, x, y, x[0], y[0], track.vx, track.vy, track.rms_pixels, 8.0, 40.0)


def reduced(number: int, change: Change) -> Reduced:
    """What a reduction would have made of a planned chip whose WCS is known, departing from its truth."""
    plan = plan_chip(5, number)
    wcs = chip_wcs(plan.det_id, plan.ra_deg, plan.dec_deg)
    random = np.random.default_rng(number)
    timing = Timing(start_us=plan.start_us, frame_seconds=EXPOSURE_SECONDS, exposure_seconds=EXPOSURE_SECONDS)
    places = [
        place
        for mover in (*plan.movers, *plan.crossing)
        for frame in range(NFRAME)
        if (place := place_in_frame(mover, wcs, frame, timing.start_us + frame * 500_000, EXPOSURE_SECONDS))
    ]
    tracklets: list[Tracklet] = []
    for mover in (*plan.movers, *plan.crossing):
        here = [place for place in places if place.name == mover.name]
        frame, x, y = (np.array([getattr(each, name) for each in here]) for name in ("frame", "x", "y"))
        (vx, x0), (vy, y0) = (np.polyfit(frame, each, 1) for each in (x, y))
        rms = ERROR_PIXELS * np.sqrt(2 * len(frame) / 3)
        track = Track("frames", frame, x, y, x0, y0, vx, vy, rms, 8.0, 40.0)
        track, magnitude = change(track, mover.magnitude, random)
        counts = 10 ** (0.4 * (25 - magnitude)) * timing.exposed(vy)
        light = Light(counts, counts * ERROR_MAG / 1.0857)
        tracklets.append(
            tracklet_of(track, light, len(tracklets), "TMQ1202605280000000301", timing, wcs, 25.0, 0.0)
        )
    return Reduced(plan, _job(plan), _result(tuple(tracklets)), _truth(plan, tuple(places)))


def _truth(plan: ChipPlan, places: tuple[object, ...]) -> ChipTruth:
    request = RenderRequest(
        seed=5,
        exposure_number=1,
        det_id=plan.det_id,
        data_type="OBJECT",
        nframe=NFRAME,
        exposure_seconds=EXPOSURE_SECONDS,
        start_time_us=plan.start_us,
        transparency=(1.0,) * NFRAME,
        true_ra_deg=plan.ra_deg,
        true_dec_deg=plan.dec_deg,
    )
    return ChipTruth(request, chip_wcs(101, 0.0, 0.0), 1.0, 25.0, 3.5, None, places, ())  # type: ignore[arg-type]


def _job(plan: ChipPlan) -> ReductionJob:
    return ReductionJob(
        job_id="job",
        frame_id="TMQ1202605280000000301",
        exposure_number=1,
        det_id=plan.det_id,
        data_type="OBJECT",
        cube_path=Path("cube.fits"),
        cube_blake3="",
        steps=("wcs", "stack", "neo"),
        ra_deg=plan.ra_deg,
        dec_deg=plan.dec_deg,
        start_us=plan.start_us,
        code_version="science",
        event_positions={},
        archive=Path("archive"),
    )


def _result(tracklets: tuple[Tracklet, ...]) -> ReductionResult:
    return ReductionResult(
        job_id="job",
        frame_id="TMQ1202605280000000301",
        exposure_number=1,
        data_type="OBJECT",
        astrometry=AstrometryResult(
            ra_deg=0.0,
            dec_deg=0.0,
            offset_arcsec=0.0,
            rms_arcsec=ASTROMETRY_ARCSEC,
            stars=10,
            log_odds=40.0,
            pixel_scale_arcsec=PIXEL_SCALE_ARCSEC,
            rotation_deg=0.0,
            second_order=False,
            proposer="engine",  # type: ignore[arg-type]
            catalogue_digest="",
        ),
        moving_objects=MovingObjectsResult(
            tracklets=tracklets,
            points=0,
            stationary=0,
            satellite_trails=0,
            lines=0,
            implausible=0,
            low_score=0,
        ),
    )


def rows(change: Change) -> list[Row]:
    chips = [{"mover_accuracy": mover_accuracy.measure(reduced(number, change))} for number in range(CHIPS)]
    return mover_accuracy.rows(msgspec.json.decode(msgspec.json.encode(chips)))


def missed(change: Change) -> set[str]:
    return {row.what for row in rows(change) if not row.reached}


def test_what_is_right_within_its_errors_is_as_wanted() -> None:
    made = rows(as_stated)
    assert {row.what for row in made if not row.reached} == set()
    assert len({row.what for row in made}) == len(made), "a row is told by its name"
    [found] = [row for row in made if row.what == "movers with a magnitude"]
    [crossing] = [row for row in made if row.what.startswith("mover's place at a chip's edge: 95")]
    assert str(2 * CHIPS) in crossing.how
    assert found.how == f"{10 * CHIPS} of {10 * CHIPS}"


@pytest.mark.parametrize(
    ("change", "shown_by"),
    [
        (pushed_outwards, "mover's rate along its motion, below 0.15 pixel a frame, signal 10: bias"),
        (pushed_outwards, "mover's rate along its motion, from 4 pixels a frame on: bias"),
        (displaced, "mover's place: 95 % of movers within"),
        (displaced, "mover's place, signal 10: rms of an axis"),
        (displaced, "mover's place at a chip's edge: 95 % of movers within"),
        (scattered, "mover's place at a chip's edge: rms in units of its error"),
        (scattered, "mover's rate at a chip's edge: rms in units of its error"),
        (too_faint, "mover's magnitude: bias"),
        (scattered, "mover's place along its motion: rms in units of its error"),
        (scattered, "mover's rate across it: rms in units of its error"),
        (scattered, "mover's magnitude: rms in units of its error"),
    ],
)
def test_what_is_wrong_shows(change: Change, shown_by: str) -> None:
    assert shown_by in missed(change)


def test_nothing_found_reaches_nothing() -> None:
    assert all(not row.reached for row in mover_accuracy.rows([]) if row.at_most is not None)
