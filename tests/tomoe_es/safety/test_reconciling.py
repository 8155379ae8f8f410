"""What differs between the log's last readings and the first ones after a restart."""

from __future__ import annotations

import pytest

from tests.tomoe_es.safety.test_making_safe import CLOSED, OPEN, seen
from tomoe_es.events.telescope import DeviceReached, DeviceUnreachable, DomeRotationRead, FocusRead
from tomoe_es.safety.reconciling import differences


def test_nothing_differs() -> None:
    assert differences(seen(*OPEN), seen(*OPEN)) == []


def test_other_states_are_told() -> None:
    assert differences(seen(*OPEN), seen(*CLOSED)) == [
        "mount: tracking in the log, parked now",
        "dome_slit: open in the log, closed now",
        "mirror_cover: open in the log, closed now",
    ]


def test_before_the_first_reading_there_is_nothing_to_compare() -> None:
    assert differences(seen(), seen(*CLOSED)) == []


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (28.13, 28.135, []),
        (28.13, 27.0, ["focus: position_mm 28.13 in the log, 27 now"]),
    ],
)
def test_a_place_may_be_off_a_little(was: float, now: float, told: list[str]) -> None:
    before, after = (seen(FocusRead(position_mm=each, state="still")) for each in (was, now))
    assert differences(before, after) == told


def test_the_dome_may_have_turned() -> None:
    before, after = (seen(DomeRotationRead(azimuth_deg=each, state="still")) for each in (10.0, 100.0))
    assert differences(before, after) == ["dome_rotation: azimuth_deg 10 in the log, 100 now"]


def test_devices_that_do_not_answer_any_more_or_again() -> None:
    cut = DeviceUnreachable(device="mount", message="cut off")
    assert differences(seen(*OPEN), seen(*OPEN, cut)) == ["mount: does not answer any more"]
    assert differences(seen(*OPEN, cut), seen(*OPEN, cut)) == []
    assert differences(seen(*OPEN, cut), seen(*OPEN, cut, DeviceReached(device="mount"))) == [
        "mount: answers again"
    ]
