"""Where a night went, counted from events whose times are known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.night import ReplayedNight
from replay.percentiles import percentile
from replay.playing import play
from replay.spans import spans
from replay.timing import Row, timing
from tomoe_es.clock import SECOND
from tomoe_es.events import Event, camera, queue, recipe, reduction, system, telescope, transfer
from tomoe_es.events.envelope import Recorded

START = 1_702_371_600_000_000
FRAME = "TMQ1202312120000000101"


def told(*moments: tuple[float, Event]) -> list[Recorded]:
    return [
        Recorded(position, event.stream(), position, START + round(seconds * SECOND), 0, 0, 0, "", event)
        for position, (seconds, event) in enumerate(moments, 1)
    ]


def phase(name: system.NightPhase) -> Event:
    return system.NightPhaseEntered(night="2023-12-12", phase=name, reason="")


def pointing(what: type, **fields: object) -> Event:
    made: Event = what(recipe_id="r", index=0, operation="Pointing", **fields)
    return made


def row(events: list[Recorded], name: str) -> Row:
    return next(each for each in timing(events).rows if each.name == name)


def test_an_operation_lasts_from_its_start_to_its_end() -> None:
    events = told(
        (0, pointing(recipe.OperationStarted, text="", time_limit_seconds=9.0)),
        (3, pointing(recipe.OperationCompleted)),
        (5, pointing(recipe.OperationStarted, text="", time_limit_seconds=9.0)),
        (14, pointing(recipe.OperationFailed, condition="OperationTimedOut", message="")),
    )
    assert row(events, "Pointing") == Row("operation", "Pointing", 2, 12.0, 3.0, 9.0, 9.0, 9.0, 3)


def test_a_command_that_a_device_refuses_ends_its_motion() -> None:
    events = told(
        (0, telescope.FocusCommanded(position_mm=28.0)),
        (2, telescope.DeviceCommandFailed(device="focus", command="FocusCommanded", message="refused")),
        (1000, telescope.FocusRead(state="still", position_mm=28.0)),
    )
    assert row(events, "focus Focus") == Row("device", "focus Focus", 1, 2.0, 2.0, 2.0, 2.0, 2.0, 1)


def test_a_recipe_that_returns_to_the_pool_ends_no_other_one() -> None:
    """It was complete, but an exposure of it was lost on its way to the buffer storage."""
    returned = recipe.RecipeReturnedToPool(recipe_id="before", exposures_done=[], reason="exposure lost")
    events = told(
        (0, recipe.RecipeStarted(recipe_id="r", exposures_done=[])),
        (1, pointing(recipe.OperationStarted, text="", time_limit_seconds=9.0)),
        (3, returned),
        (5, pointing(recipe.OperationCompleted)),
        (9, recipe.RecipeCompleted(recipe_id="r")),
    )
    assert [(each.track, each.seconds) for each in spans(events)] == [("operations", 4.0), ("recipes", 9.0)]


def test_a_device_is_done_when_its_reading_says_so() -> None:
    events = told(
        (0, telescope.DomeSlitCommanded(action="open", reason="")),
        (1, telescope.DomeSlitRead(state="closed")),
        (2, telescope.DomeSlitRead(state="opening")),
        (41, telescope.DomeSlitRead(state="open")),
        (50, telescope.DomeSlitRead(state="open")),
    )
    [span] = spans(events)
    assert (span.lane, span.name, span.seconds) == ("dome_slit", "dome_slit open", 41.0)


def test_a_command_against_another_ends_it() -> None:
    events = told(
        (0, telescope.DomeSlitCommanded(action="open", reason="")),
        (10, telescope.DomeSlitCommanded(action="close", reason="")),
        (12, telescope.DomeSlitCommanded(action="close", reason="again")),
        (30, telescope.DomeSlitRead(state="closed")),
    )
    assert [(each.name, each.seconds) for each in spans(events)] == [
        ("dome_slit open", 10.0),
        ("dome_slit close", 20.0),
    ]


def test_a_stop_ends_a_motion_and_is_over_when_the_device_stands() -> None:
    place = ("ra_deg", "dec_deg", "azimuth_deg", "altitude_deg", "target_ra_deg", "target_dec_deg")
    mount = dict.fromkeys(place, 0.0)
    events = told(
        (0, telescope.MirrorCoverCommanded(action="open", reason="")),
        (3, telescope.MirrorCoverCommanded(action="stop", reason="locked")),
        (4, telescope.MirrorCoverRead(state="stopped")),
        (5, telescope.MountParkCommanded(reason="")),
        (8, telescope.MountStopCommanded(reason="locked")),
        (10, telescope.MountRead(state="stopped", **mount)),
    )
    assert [(each.name, each.seconds) for each in spans(events)] == [
        ("mirror_cover open", 3.0),
        ("mirror_cover stop", 1.0),
        ("mount MountPark", 3.0),
        ("mount MountStop", 2.0),
    ]


def test_a_chip_goes_from_the_shutter_to_the_archive() -> None:
    events = told(
        (0, camera.ChipCubeAcquired(exposure_number=1, frame_id=FRAME, frames=18, frames_lost=0,
                                    gps_start_us=0, gps_end_us=0)),
        (3, transfer.ChipCubeBuffered(exposure_number=1, frame_id=FRAME, path="p", blake3="", size_bytes=1)),
        (5, reduction.ReductionLeased(exposure_number=1, frame_id=FRAME, job_id="j", attempt=1,
                                      lease_until_us=0, dark_exposure=None, flat_exposure=None)),
        (25, reduction.ReductionFinished(exposure_number=1, frame_id=FRAME, job_id="j", attempt=1,
                                         stage_seconds={"stack": 1.5}, steps_not_done=[])),
    )  # fmt: skip
    taken = {each.name: each.total for each in timing(events).rows}
    assert taken == {
        "ring to buffer": 3.0,
        "buffered, waiting": 2.0,
        "reducing": 20.0,
        "shutter to archive": 25.0,
        "stack": 1.5,
    }


def test_the_observing_time_is_what_it_consists_of() -> None:
    events = told(
        (0, phase("observing")),
        (10, camera.ExposureStarted(exposure_number=1, start_us=0)),
        (40, camera.ExposureFinished(exposure_number=1, end_us=0, det_ids=[])),
        (50, queue.ObservingSuspended(reasons=["clouds"])),
        (70, queue.ObservingResumed(reason="")),
        (100, phase("shutting_down")),
        (110, camera.ExposureStarted(exposure_number=2, start_us=0)),
        (120, camera.ExposureFinished(exposure_number=2, end_us=0, det_ids=[])),
    )
    overhead = timing(events).overhead
    assert (overhead.observing, overhead.exposing, overhead.suspended, overhead.other) == (100, 30, 20, 50)


def test_nothing_measured_is_an_empty_table() -> None:
    assert timing([]).rows == []


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 100))
def test_a_percentile_has_that_part_of_all_at_or_below_it(numbers: list[float], percent: int) -> None:
    ordered = sorted(numbers)
    found = percentile(ordered, percent)
    assert sum(each <= found for each in ordered) >= len(ordered) * percent / 100 - 1e-9
    assert sum(each < found for each in ordered) < len(ordered) * percent / 100 + 1e-9


def test_a_night_is_measured(night: ReplayedNight) -> None:
    measured = timing(night.events())
    assert {"operation", "device", "camera", "pipeline"} <= {each.group for each in measured.rows}
    overhead = measured.overhead
    assert overhead.observing == pytest.approx(overhead.exposing + overhead.suspended + overhead.other)


def test_events_are_played_at_a_speed() -> None:
    events = told((0, phase("observing")), (10, phase("observing")), (30, phase("ended")))
    clock, slept = [5.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    assert list(play(events, 10.0, lambda: clock[0], sleep)) == events
    assert slept == pytest.approx([1.0, 2.0])
