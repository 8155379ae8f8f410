"""Movers against the truth: where they are, how fast, how bright, and whether the errors stated are honest.

Only what was found once counts. Places and rates are those that are reported: on the sky, through the chip's
own astrometry, at the times of the sightings' rows. Rates are compared along the true motion: the length of a
rate grows by its noise whatever its direction, which would hide what is looked for, a push outwards.

Why these targets:

- An asteroid is told from others, and its orbit found, by places good to 1 arcsec, which is what the archive
  states. Where the signal-to-noise ratio is 10 the object itself should take no more than a part of that:
  0.3 arcsec on each axis.
- A discovery is lost if another telescope doesn't find it: after half an hour a rate should lead it to
  within 5 arcmin, half of a usual field; what makes a streak is followed at once by it. A bias
  would lead all of them astray to one side: 1 %, and 5 % of the slowest, the rate of each of which is known
  to a seventh. These are of a signal of 10: of fainter ones those are found that noise pushes outwards.
- The colour of an object, which nobody knows yet, leaves its magnitude no better than 0.2 mag; but a bias
  stays in the mean of all: 0.02 mag.
- An error that is stated is taken as a weight: residuals in its units should have an rms of 1. Below 0.8 good
  data is thrown away, above 1.3 an orbit is led astray. A few that something else disturbs, as a star that
  the object passes does, count in full in the rms of all; the spread of most is shown beside.
- What comes over a chip's edge, or leaves by it, is seen in a part of the frames, some of it where nothing is
  seen: its errors are larger, but as honest, and its place is good to 1 arcsec as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from adapters.simulator.sky.moving_objects import MovingObject, position_at
from benchmarks.science.imaging import Reduced
from benchmarks.science.movers import owners
from benchmarks.science.row import Row, median, spread
from replay.truth.positions import offset_arcsec
from tomoe_es.camera.frame_geometry import PIXEL_SCALE_ARCSEC
from tomoe_es.reduction.moving_objects.tracklet import Tracklet

SLOW: Final = 0.15
FAST: Final = 4.0
"""Pixels a frame: below the first, light and rate tell themselves apart hardly; from the second on a streak
is longer than a PSF is wide."""
CLEAR_SIGNAL: Final = 10.0
HALF_HOUR_SECONDS: Final = 1800.0
HONEST: Final = (0.8, 1.3)

Found = dict[str, Any]


def measure(reduced: Reduced) -> list[Found]:
    """Of each mover found once: its cell, and by how much its tracklet is off, with what it states.

    `crossing` are those that come over an edge of the chip or leave by it.
    """
    searched, solution = reduced.result.moving_objects, reduced.result.astrometry
    if searched is None or solution is None:
        return []
    of_mover: dict[str, list[Tracklet]] = {}
    for tracklet in searched.tracklets:
        for name in owners(tracklet, reduced.truth.movers):
            of_mover.setdefault(name, []).append(tracklet)
    plan = reduced.plan
    made = [(mover, cell, False) for mover, cell in zip(plan.movers, plan.cells, strict=True)]
    made += [(mover, cell, True) for mover, cell in zip(plan.crossing, plan.crossing_cells, strict=True)]
    return [
        {**_compared(mover, of_mover[mover.name][0], cell, solution.rms_arcsec), "crossing": crossing}
        for mover, cell, crossing in made
        if len(of_mover.get(mover.name, ())) == 1 and of_mover[mover.name][0].sightings[0].ra_deg is not None
    ]


def _compared(
    mover: MovingObject, tracklet: Tracklet, cell: tuple[float, float], astrometry_rms_arcsec: float
) -> Found:
    """`off` of the sightings (3, 2) along the true motion and across it, arcsec; `rate_off` that a second.

    `error` of each sighting, along and across, is what is reported; that of the rate is without the
    astrometry's, which all of a tracklet share.
    """
    rate = np.array([mover.rate_east_arcsec_per_second, mover.rate_north_arcsec_per_second])
    along = rate / np.hypot(*rate)
    axes = np.array([along, [-along[1], along[0]]])
    off = [axes @ _off_arcsec(mover, *each) for each in _places(tracklet)]
    seconds = (tracklet.sightings[-1].time_us - tracklet.sightings[0].time_us) / 1e6
    own = PIXEL_SCALE_ARCSEC * np.array(
        [[each.error_along_pixels, each.error_across_pixels] for each in tracklet.sightings]
    )
    light = tracklet.magnitude
    return {
        "speed": cell[0],
        "signal": cell[1],
        "channel": tracklet.channel,
        "rate": float(np.hypot(*rate)),
        "off": [each.tolist() for each in off],
        "error": np.hypot(own, astrometry_rms_arcsec).tolist(),
        "rate_off": ((off[-1] - off[0]) / seconds).tolist(),
        "rate_error": (np.hypot(own[0], own[-1]) / seconds).tolist(),
        "magnitude_off": None if light is None else light - mover.magnitude,
        "magnitude_error": tracklet.magnitude_error,
    }


def _places(tracklet: Tracklet) -> list[tuple[int, float, float]]:
    return [
        (each.time_us, each.ra_deg, each.dec_deg)
        for each in tracklet.sightings
        if each.ra_deg is not None and each.dec_deg is not None
    ]


def _off_arcsec(mover: MovingObject, time_us: int, ra_deg: float, dec_deg: float) -> Any:
    """East and north from where the object is at a time."""
    return np.array(offset_arcsec(ra_deg, dec_deg, *position_at(mover, time_us)))


def rows(chips: list[Found]) -> list[Row]:
    """The rows of all chips' records."""
    every = [mover for chip in chips for mover in chip["mover_accuracy"]]
    found, crossing = ([mover for mover in every if mover["crossing"] is over] for over in (False, True))
    clear = [mover for mover in found if mover["signal"] >= CLEAR_SIGNAL]
    return [
        *_places_rows(found, clear),
        *_rate_rows(found, clear),
        *_light_rows(found, clear),
        *_honest_rows(found),
        *_crossing_rows(crossing),
    ]


def _places_rows(found: list[Found], clear: list[Found]) -> list[Row]:
    middle = [math.hypot(*mover["off"][1]) for mover in found]
    axes = [axis for mover in clear for axis in mover["off"][1]]
    how = f"middle sighting on the sky, {len(found)} movers"
    return [
        Row("mover's place: median", median(middle), how, "arcsec"),
        Row("mover's place: 95 % of movers within", _part_95(middle), how, "arcsec", at_most=1.0),
        Row(f"mover's place, signal {CLEAR_SIGNAL:g}: rms of an axis", _rms(axes),
            f"{len(clear)} movers, all speeds", "arcsec", at_most=0.3),
    ]  # fmt: skip


def _rate_rows(found: list[Found], clear: list[Found]) -> list[Row]:
    made = []
    for name, some, target in (
        (f"below {SLOW:g} pixel a frame, signal {CLEAR_SIGNAL:g}", _of(clear, 0.0, SLOW), 0.05),
        (f"{SLOW:g} to {FAST:g} pixels a frame", _of(found, SLOW, FAST), 0.01),
        (f"from {FAST:g} pixels a frame on", _of(found, FAST, math.inf), 0.01),
    ):
        parts = [mover["rate_off"][0] / mover["rate"] for mover in some]
        made += [
            Row(f"mover's rate along its motion, {name}: bias", abs(median(parts)),
                f"median of {len(parts)}: {median(parts):+.2%}, known to {_known_to(parts):.2%}",
                at_most=target),
            Row(f"mover's rate along its motion, {name}: half within", median(np.abs(parts)),
                f"{_in_pixels(median([abs(mover['rate_off'][0]) for mover in some])):.4f} pixel a frame"),
        ]  # fmt: skip
    followed = _of(found, 0.0, FAST)
    after = [math.hypot(*mover["rate_off"]) * HALF_HOUR_SECONDS / 60 for mover in followed]
    made.append(
        Row("mover's place by its rate after half an hour: 95 % within", _part_95(after),
            f"{len(followed)} movers below {FAST:g} pixels a frame", "arcmin", at_most=5.0)
    )  # fmt: skip
    return made


def _light_rows(found: list[Found], clear: list[Found]) -> list[Row]:
    off = [mover["magnitude_off"] for mover in found if mover["magnitude_off"] is not None]
    of_clear = [mover["magnitude_off"] for mover in clear if mover["magnitude_off"] is not None]
    return [
        Row("mover's magnitude: bias", abs(median(off)),
            f"median of {len(off)}: {median(off):+.4f}, known to {_known_to(off):.4f}", "mag", at_most=0.02),
        Row(f"mover's magnitude, signal {CLEAR_SIGNAL:g}: spread", spread(of_clear),
            f"{len(of_clear)} movers", "mag"),
        Row("movers with a magnitude", len(off) / max(len(found), 1), f"{len(off)} of {len(found)}"),
    ]  # fmt: skip


def _crossing_rows(crossing: list[Found]) -> list[Row]:
    """Of those that are on the chip in a part of the frames."""
    middle = [math.hypot(*mover["off"][1]) for mover in crossing]
    places = [value for mover in crossing for axis in (0, 1)
              for value in _in_errors(mover["off"], mover["error"], axis)]  # fmt: skip
    rates = [value for mover in crossing for axis in (0, 1)
             for value in _in_errors([mover["rate_off"]], [mover["rate_error"]], axis)]  # fmt: skip
    low, high = HONEST
    who = f"{len(crossing)} movers that come over an edge or leave by it"
    return [
        Row("mover's place at a chip's edge: 95 % of movers within", _part_95(middle),
            f"middle sighting, {who}", "arcsec", at_most=1.0),
        Row("mover's place at a chip's edge: rms in units of its error", _rms(places),
            f"{len(places)} residuals, spread of most {spread(places):.2f}", at_least=low, at_most=high),
        Row("mover's rate at a chip's edge: rms in units of its error", _rms(rates),
            f"{len(rates)} residuals, spread of most {spread(rates):.2f}", at_least=low, at_most=high),
    ]  # fmt: skip


def _honest_rows(found: list[Found]) -> list[Row]:
    """Residuals in units of the stated errors."""
    kinds: tuple[tuple[str, Callable[[Found], Sequence[float]]], ...] = (
        ("place along its motion", lambda mover: _in_errors(mover["off"], mover["error"], 0)),
        ("place across it", lambda mover: _in_errors(mover["off"], mover["error"], 1)),
        ("rate along its motion", lambda mover: _in_errors([mover["rate_off"]], [mover["rate_error"]], 0)),
        ("rate across it", lambda mover: _in_errors([mover["rate_off"]], [mover["rate_error"]], 1)),
        ("magnitude", lambda mover: [] if mover["magnitude_off"] is None or mover["magnitude_error"] is None
         else [mover["magnitude_off"] / mover["magnitude_error"]]),
    )  # fmt: skip
    made = []
    for what, units in kinds:
        each = [value for mover in found for value in units(mover)]
        how = f"{len(each)} residuals, spread of most {spread(each):.2f}"
        low, high = HONEST
        made.append(
            Row(f"mover's {what}: rms in units of its error", _rms(each), how, at_least=low, at_most=high)
        )
    return made


def _in_errors(off: Sequence[Sequence[float]], error: Sequence[Sequence[float]], axis: int) -> list[float]:
    return [one[axis] / of_one[axis] for one, of_one in zip(off, error, strict=True)]


def _of(found: list[Found], low: float, high: float) -> list[Found]:
    return [mover for mover in found if low <= mover["speed"] < high]


def _in_pixels(arcsec_per_second: float) -> float:
    """A rate in pixels a frame of half a second."""
    return arcsec_per_second * 0.5 / PIXEL_SCALE_ARCSEC


def _known_to(values: Sequence[float]) -> float:
    """Error of a median of normal deviates."""
    return 1.2533 * spread(values) / math.sqrt(len(values)) if values else math.nan


def _rms(values: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values)))) if values else math.nan


def _part_95(values: Sequence[float]) -> float:
    return float(np.percentile(values, 95)) if values else math.nan
