"""Why chips were not solved: clouds told from faults by sky and neighbours, one event an exposure."""

from __future__ import annotations

import pytest

from tests.adapters.simulator.stepped import START_US, exposure_request
from tomoe_es.control.decider import Fold
from tomoe_es.events import Event, reduction
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import FieldsUnsolved
from tomoe_es.reduction import unsolved_fields

CLEAR, CLOUDY = 400, 12
SKY = 120.0

Told = tuple[bool, int, float, int]
"""Of a chip: whether it is solved, its sources, its sky in counts, and the catalogue stars expected on it."""


def frame(chip: int) -> str:
    return f"TMQ120231212000000{chip:04d}"


def told_of_chip(chip: int, told: Told) -> list[Event]:
    solved, sources, sky_counts, stars = told
    common = {"exposure_number": 1, "frame_id": frame(chip)}
    located: Event = reduction.AstrometryFailed(
        **common, sources=sources, reason="no pairs", catalogue_stars=stars
    )  # type: ignore[arg-type]
    if solved:
        located = reduction.FieldSolved(
            **common, ra_deg=1.0, dec_deg=2.0, stars=9, rms_arcsec=0.1, offset_arcsec=3.0
        )  # type: ignore[arg-type]
    return [
        located,
        reduction.PhotometryMeasured(
            **common, sources=sources, sky_counts=sky_counts, noise_counts=5.0, fwhm_arcsec=3.5
        ),  # type: ignore[arg-type]
        reduction.ReductionFinished(**common, job_id="a", attempt=1, stage_seconds={}, steps_not_done=[]),  # type: ignore[arg-type]
    ]


def queued(chips: int) -> reduction.ReductionQueued:
    return reduction.ReductionQueued(
        exposure_number=1,
        lane="default",
        data_type="OBJECT",
        steps=["wcs", "stack"],
        frame_ids=[frame(chip) for chip in range(chips)],
        dark_exposure=None,
        flat_exposure=None,
        dark_night=None,
        flat_night=None,
    )


def decided(*events: Event) -> list[FieldsUnsolved]:
    """What is told as events come in one by one."""
    fold = Fold(unsolved_fields.initial(), unsolved_fields.evolve, unsolved_fields.EVENT_TYPES)
    decider = unsolved_fields.decider(fold)
    found: list[FieldsUnsolved] = []
    waiting = list(events)
    position = 0
    while waiting:
        position, event = position + 1, waiting.pop(0)
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
                assert isinstance(decision.event, FieldsUnsolved)
                found.append(decision.event)
                waiting.insert(0, decision.event)
    assert not fold.state.exposures or not found
    return found


def exposure(*chips: Told) -> list[FieldsUnsolved]:
    events = [event for chip, told in enumerate(chips) for event in told_of_chip(chip, told)]
    return decided(exposure_request(1), queued(len(chips)), *events)


GOOD = (True, CLEAR, SKY, 8)


@pytest.mark.parametrize(
    ("cause", "chips"),
    [
        ("clouds", [(False, CLOUDY, SKY, 8)] * 4),
        ("clouds", [(False, CLOUDY, SKY, 8), (False, CLOUDY, SKY, 8), GOOD, GOOD, GOOD]),
        ("clouds", [(False, CLOUDY, SKY, 8), GOOD]),
        ("clouds", [(False, CLOUDY, SKY, 8), (True, 60, SKY, 8), (True, 70, SKY, 8), (True, 90, SKY, 8)]),
        ("chip", [(False, CLOUDY, SKY, 8), GOOD, GOOD, GOOD]),
        ("chip", [(False, CLEAR, SKY, 8), GOOD, GOOD]),
        ("few stars", [(False, CLEAR, SKY, 2), GOOD]),
        ("pointing", [(False, CLEAR, SKY, 8), (False, CLEAR, SKY, 9), GOOD]),
        ("readout", [(False, 0, 1.0, 8), GOOD, GOOD, GOOD]),
        ("readout", [(False, 0, 1.0, 8)] * 40 + [GOOD] * 44),
        ("no light", [(False, 0, 1.0, 8)] * 2),
    ],
)
def test_the_cause_is_told_by_sky_and_neighbours(cause: str, chips: list[Told]) -> None:
    [told] = exposure(*chips)
    assert (told.cause, told.chips) == (cause, len(chips))
    assert told.frame_ids == [frame(chip) for chip, (solved, *_) in enumerate(chips) if not solved]
    assert told.reason


def test_84_chips_under_clouds_are_one_event() -> None:
    [told] = exposure(*[(False, CLOUDY, SKY, 8)] * 84)
    assert len(told.frame_ids) == 84


def test_solved_chips_are_no_news() -> None:
    assert exposure(GOOD, GOOD) == []


def test_nothing_is_told_before_the_last_chip_is_reduced() -> None:
    bad = told_of_chip(0, (False, CLOUDY, SKY, 8))
    assert decided(exposure_request(1), queued(2), *bad) == []


def test_a_chip_whose_reduction_is_given_up_is_waited_for_no_longer() -> None:
    failed = reduction.ReductionFailed(
        exposure_number=1,
        frame_id=frame(1),
        job_id="b",
        attempt=3,
        condition="CubeMissing",
        message="gone",
        given_up=True,
    )
    [told] = decided(exposure_request(1), queued(2), *told_of_chip(0, (False, CLOUDY, SKY, 8)), failed)
    assert (told.cause, told.chips) == ("clouds", 2)
