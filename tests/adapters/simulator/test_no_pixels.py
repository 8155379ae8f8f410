"""Without pixels the solved field is still where the telescope really pointed."""

from __future__ import annotations

import pytest

from adapters.simulator.camera import StartedExposure
from adapters.simulator.no_pixels import NoImaging
from adapters.simulator.true_state import TrueState
from tests.tomoe_es.machines.making import make
from tomoe_es.events.camera import ExposureRequested


def exposure(ra_deg: float, dec_deg: float) -> StartedExposure:
    return StartedExposure(
        request=make(ExposureRequested, exposure_number=7, ra_deg=ra_deg, dec_deg=dec_deg),
        start_us=0,
        frame_ids=(),
        recipe_position=1,
        request_position=2,
        start_position=3,
    )


def test_the_offset_is_the_angle_between_asked_and_true() -> None:
    truth = TrueState(ra_deg=10.0, dec_deg=60.1, focus_mm=28.0, dark=False, closed=False, parked=False)
    imaging = NoImaging(lambda: truth)

    imaging.begin(exposure(10.0, 60.0))

    assert imaging.offset_arcsec(7) == pytest.approx(360.0)
    assert imaging.offset_arcsec(8) == 0.0


def test_without_a_truth_it_points_where_it_was_told_to() -> None:
    imaging = NoImaging()
    imaging.begin(exposure(10.0, 60.0))
    assert imaging.offset_arcsec(7) == 0.0
