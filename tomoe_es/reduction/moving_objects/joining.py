"""Tracklets of one object in several exposures of a recipe, such as its dithers: joined, as each comes in.

Two tracklets belong together when the motion of one leads to the other, and both move alike, within 4.5
times what their sightings leave open. A way of a minute instead of nine seconds makes the rate, and so the
forecast for the next nights, as much better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import PIXEL_SCALE_ARCSEC
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.events import Event, camera, reduction
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import MovingObjectDetected, TrackletsJoined

NAME = "tracklet joining"
SIGMA: Final = 4.5
ASTROMETRY_ARCSEC: Final = 0.3
LARGEST_ERROR_ARCSEC: Final = 60.0
"""A motion that is known no better than this at another exposure's time says nothing."""
EXPOSURES_KEPT: Final = 200

INPUTS: frozenset[type[Event]] = frozenset({MovingObjectDetected})
EVENT_TYPES: frozenset[type[Event]] = frozenset(
    {camera.ExposureRequested, MovingObjectDetected, TrackletsJoined}
)


class JoiningState(msgspec.Struct):
    """Recipe of each of the last exposures, tracklets of those recipes, and which were joined already."""

    recipes: dict[int, str] = {}
    tracklets: dict[str, list[MovingObjectDetected]] = {}
    joined: dict[str, list[list[str]]] = {}


def initial() -> JoiningState:
    """Before the first event."""
    return JoiningState()


def evolve(state: JoiningState, recorded: Recorded) -> JoiningState:
    """Take one event in; the state given is changed and returned."""
    event = recorded.payload
    match event:
        case camera.ExposureRequested() if "neo" in event.pipeline:
            state.recipes[event.exposure_number] = event.recipe_id
            if len(state.recipes) > EXPOSURES_KEPT:
                gone = state.recipes.pop(next(iter(state.recipes)))
                if gone not in state.recipes.values():
                    state.tracklets.pop(gone, None)
                    state.joined.pop(gone, None)
        case MovingObjectDetected() if event.exposure_number in state.recipes:
            known = state.tracklets.setdefault(state.recipes[event.exposure_number], [])
            if all(each.tracklet_id != event.tracklet_id for each in known):  # else a job was done twice
                known.append(event)
        case TrackletsJoined():
            state.joined.setdefault(event.recipe_id, []).append(event.tracklet_ids)
        case _:
            pass
    return state


def decide(state: JoiningState, recorded: Recorded | None, now: int) -> list[Decision]:
    """Join a new tracklet with those of the same recipe that are of its object."""
    if recorded is None or not isinstance(recorded.payload, MovingObjectDetected):
        return []
    new = recorded.payload
    recipe_id = state.recipes.get(new.exposure_number)
    if recipe_id is None or not is_placed(new):
        return []
    same = [
        other
        for other in state.tracklets.get(recipe_id, [])
        if other.exposure_number != new.exposure_number and is_placed(other) and same_object(other, new)
    ]
    if not same:
        return []
    group = sorted([*same, new], key=lambda each: each.sightings[0].time_us)
    ids = [each.tracklet_id for each in group]
    if ids in state.joined.get(recipe_id, []):
        return []
    return [Decision(_joined(recipe_id, new.exposure_number, group), recorded.position)]


def decider(fold: Fold) -> Decider:
    """The joining over its state."""
    assert fold.evolve is evolve, "tracklets are joined by their own state"
    return Decider(NAME, fold, INPUTS, decide)


def is_placed(tracklet: MovingObjectDetected) -> bool:
    """Whether it can be joined: it is an object's, and all its places on the sky are known."""
    return tracklet.kind == "object" and all(each.ra_deg is not None for each in tracklet.sightings)


@dataclass(frozen=True, slots=True)
class _Motion:
    """Place (arcsec east and north of a point) at a time, rate in arcsec a second, and the errors of both."""

    time_seconds: float
    place: NDArray[np.float64]
    rate: NDArray[np.float64]
    place_error: float
    rate_error: float
    residual: float


def same_object(one: MovingObjectDetected, other: MovingObjectDetected) -> bool:
    """Whether the motion of each leads to the other."""
    centre = one.sightings[0]
    a, b = _motion([one], centre), _motion([other], centre)
    seconds = b.time_seconds - a.time_seconds
    rate_error = math.hypot(a.rate_error, b.rate_error)
    if np.hypot(*(a.rate - b.rate)) > SIGMA * rate_error:
        return False
    place_error = _place_error(a, b)
    if place_error > LARGEST_ERROR_ARCSEC:
        return False
    # The mean of both rates is the rate of the way between, were it one object.
    off = a.place + (a.rate + b.rate) / 2 * seconds - b.place
    return bool(np.hypot(*off) < SIGMA * place_error)


def leads_to(one: MovingObjectDetected, other: MovingObjectDetected) -> bool:
    """Whether their motions are known well enough to say anything at each other's time."""
    centre = one.sightings[0]
    return _place_error(_motion([one], centre), _motion([other], centre)) <= LARGEST_ERROR_ARCSEC


def _place_error(a: _Motion, b: _Motion) -> float:
    """Arcsec by which the mean rate of two motions leads amiss from one to the other."""
    seconds = b.time_seconds - a.time_seconds
    return math.hypot(a.place_error, b.place_error, math.hypot(a.rate_error, b.rate_error) / 2 * seconds)


def _motion(tracklets: list[MovingObjectDetected], centre: reduction.Sighting) -> _Motion:
    """The straight line through all sightings, in arcs about one of them."""
    sightings = [each for tracklet in tracklets for each in tracklet.sightings]
    seconds = np.array([(each.time_us - centre.time_us) / 1e6 for each in sightings])
    places = np.array([_east_north(each, centre) for each in sightings])
    own = [math.hypot(each.error_along_pixels, each.error_across_pixels) for each in sightings]
    errors = np.hypot(np.array(own) / math.sqrt(2) * PIXEL_SCALE_ARCSEC, ASTROMETRY_ARCSEC / 3)
    middle = float(seconds.mean())
    away = seconds - middle
    rate = away @ places / (away @ away)
    place = places.mean(axis=0)
    residuals = places - place - away[:, None] * rate
    error = float(np.sqrt((errors**2).mean()))
    return _Motion(
        time_seconds=middle,
        place=place,
        rate=rate,
        place_error=math.hypot(error / math.sqrt(len(sightings)), ASTROMETRY_ARCSEC),
        rate_error=float(error / np.sqrt(away @ away)),
        residual=float(np.sqrt((residuals**2).sum(axis=1).mean())),
    )


def _east_north(sighting: reduction.Sighting, centre: reduction.Sighting) -> tuple[float, float]:
    """Arcs east and north of a centre on the way, arcsec, in which a uniform motion through it is uniform.

    Zenithal equidistant projection (ARC). Both positions are known.
    """
    assert sighting.ra_deg is not None
    assert sighting.dec_deg is not None
    assert centre.ra_deg is not None
    assert centre.dec_deg is not None
    east = math.radians(sighting.ra_deg - centre.ra_deg)
    dec, dec0 = math.radians(sighting.dec_deg), math.radians(centre.dec_deg)
    cosine = math.sin(dec0) * math.sin(dec) + math.cos(dec0) * math.cos(dec) * math.cos(east)
    xi = math.cos(dec) * math.sin(east)
    eta = math.cos(dec0) * math.sin(dec) - math.sin(dec0) * math.cos(dec) * math.cos(east)
    sine = math.hypot(xi, eta)
    arcsec = math.degrees(math.atan2(sine, cosine)) * 3600
    return (xi / sine * arcsec, eta / sine * arcsec) if sine > 0 else (0.0, 0.0)


def _joined(recipe_id: str, exposure_number: int, group: list[MovingObjectDetected]) -> TrackletsJoined:
    motion = _motion(group, group[0].sightings[0])
    east, north = motion.rate
    return TrackletsJoined(
        exposure_number=exposure_number,
        recipe_id=recipe_id,
        tracklet_ids=[each.tracklet_id for each in group],
        first_us=group[0].sightings[0].time_us,
        last_us=group[-1].sightings[-1].time_us,
        rate_arcsec_per_second=float(np.hypot(east, north)),
        position_angle_deg=math.degrees(math.atan2(east, north)) % 360,
        residual_arcsec=motion.residual,
    )
