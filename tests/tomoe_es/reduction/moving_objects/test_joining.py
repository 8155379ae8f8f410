"""Tracklets across the dithers of a recipe: those of one object are joined, others are not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.simulator.sky.moving_objects import MovingObject, position_at
from tomoe_es.control.decider import Fold
from tomoe_es.events import Event
from tomoe_es.events.camera import ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import MovingObjectDetected, Sighting, TrackletsJoined
from tomoe_es.reduction.moving_objects import joining

START_US = 1_780_000_000_000_000
RECIPE, OTHER_RECIPE = "3f2b8c1e-0000-5000-8000-000000000000", "3f2b8c1e-0000-5000-8000-000000000001"
ARCSEC = 1 / 3600


def requested(
    number: int, recipe_id: str = RECIPE, pipeline: tuple[str, ...] = ("wcs", "stack", "neo")
) -> Event:
    return ExposureRequested(
        exposure_number=number,
        recipe_id=recipe_id,
        name="a field",
        data_type="OBJECT",
        gain="high",
        exposure_seconds=0.5,
        frames=18,
        pipeline=list(pipeline),
        observer="Kiso",
        project="test",
        lane="default",
        ra_deg=30.0,
        dec_deg=20.0,
        night="2026-05-28",
    )


def tracklet(
    number: int,
    seconds: float,
    east: float,
    north: float,
    *,
    name: str = "a",
    noise: float = 0.0,
    seed: int = 0,
) -> MovingObjectDetected:
    """What is seen `seconds` after the start of an object at these rates, arcsec a second."""
    random = np.random.default_rng([seed, number])
    mover = MovingObject(
        name="",
        ra_deg=30.0,
        dec_deg=20.0,
        epoch_us=START_US,
        rate_east_arcsec_per_second=east,
        rate_north_arcsec_per_second=north,
        magnitude=17.0,
    )
    sightings = []
    for later in (1.5, 4.5, 7.5):
        time_us = START_US + round((seconds + later) * 1e6)
        ra, dec = position_at(mover, time_us)
        off_east, off_north = random.normal(0, noise, 2) * ARCSEC
        ra += off_east / math.cos(math.radians(dec))
        sightings.append(Sighting(time_us, 100.0, 100.0, 0.1, 0.1, ra, dec + off_north))
    return MovingObjectDetected(
        exposure_number=number,
        frame_id=f"TMQ120260528{number:08d}01",
        tracklet_id=f"T{number:03d}{name}",
        kind="object",
        channel="frames",
        points=18,
        score=40.0,
        signal_to_noise=8.0,
        magnitude=17.0,
        magnitude_error=0.05,
        pixels_a_frame=1.0,
        first_frame=0,
        last_frame=17,
        sightings=sightings,
        rate_arcsec_per_second=math.hypot(east, north),
        position_angle_deg=90.0,
    )


def joined(*events: Event) -> list[TrackletsJoined]:
    """What is decided as events come in one by one."""
    fold = Fold(joining.initial(), joining.evolve, joining.EVENT_TYPES)
    decider = joining.decider(fold)
    decided: list[TrackletsJoined] = []
    waiting = list(events)
    position = 0
    while waiting:
        position += 1
        event = waiting.pop(0)
        recorded = Recorded(
            position=position,
            stream=event.stream(),
            version=1,
            time=START_US,
            correlation=1,
            cause=0,
            code=1,
            actor="test",
            payload=event,
        )
        fold.state = fold.evolve(fold.state, recorded)
        if type(event) in decider.inputs:
            for decision in decider.decide(fold.state, recorded, START_US):
                assert isinstance(decision.event, TrackletsJoined)
                assert decision.cause == position
                decided.append(decision.event)
                waiting.insert(0, decision.event)
    return decided


@settings(deadline=None)
@given(
    rate=st.floats(0.3, 90.0),
    toward=st.floats(0, 2 * np.pi),
    seed=st.integers(0, 1000),
    gap=st.floats(12, 60),
)
def test_tracklets_of_one_object_are_joined(rate: float, toward: float, seed: int, gap: float) -> None:
    east, north = rate * math.sin(toward), rate * math.cos(toward)
    exposures = [requested(number) for number in range(1, 5)]
    seen = [tracklet(n, gap * (n - 1), east, north, noise=0.1, seed=seed) for n in range(1, 5)]
    decided = joined(*exposures, *seen)
    assert [len(each.tracklet_ids) for each in decided] == [2, 3, 4]
    assert decided[-1].tracklet_ids == [each.tracklet_id for each in seen]
    assert decided[-1].rate_arcsec_per_second == pytest.approx(rate, rel=0.002, abs=0.03)
    assert math.cos(math.radians(decided[-1].position_angle_deg) - toward) > 0.99
    assert decided[-1].residual_arcsec < 1


def test_objects_that_move_otherwise_are_not_joined() -> None:
    first = [requested(1), requested(2), tracklet(1, 0.0, 2.0, 1.0)]
    assert joined(*first, tracklet(2, 20.0, 2.0, 1.0)) != []
    assert joined(*first, tracklet(2, 20.0, -2.0, 1.0)) == []
    assert joined(*first, tracklet(2, 400.0, 0.2, 0.1)) == []


def test_tracklets_of_one_exposure_or_of_other_recipes_are_not_joined() -> None:
    both = [tracklet(1, 0.0, 2.0, 1.0), tracklet(2, 20.0, 2.0, 1.0)]
    assert joined(requested(1), requested(2, OTHER_RECIPE), *both) == []
    assert joined(requested(1), both[0], tracklet(1, 20.0, 2.0, 1.0, name="b")) == []
    assert joined(requested(1), requested(2, pipeline=("wcs", "stack")), *both) == []


def test_a_job_done_twice_joins_nothing_twice() -> None:
    one, other = tracklet(1, 0.0, 2.0, 1.0), tracklet(2, 20.0, 2.0, 1.0)
    assert len(joined(requested(1), requested(2), one, other, other, one)) == 1


def test_old_recipes_are_forgotten() -> None:
    fold = Fold(joining.initial(), joining.evolve, joining.EVENT_TYPES)
    numbers = range(1, joining.EXPOSURES_KEPT + 50)
    for number in numbers:
        for event in (requested(number, f"recipe {number}"), tracklet(number, 0.0, 1.0, 1.0)):
            recorded = Recorded(
                position=number,
                stream=event.stream(),
                version=1,
                time=START_US,
                correlation=1,
                cause=0,
                code=1,
                actor="test",
                payload=event,
            )
            fold.state = fold.evolve(fold.state, recorded)
    assert len(fold.state.recipes) == len(fold.state.tracklets) == joining.EXPOSURES_KEPT
