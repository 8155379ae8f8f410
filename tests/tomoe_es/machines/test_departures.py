"""Departures from normal are told by name, with their evidence, and once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tomoe_es.events import ErasedPayload, camera, recipe, reduction, system, telescope, transfer
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.judging.steps import initial, judge, state_of

Make = Callable[..., Any]
Judged = Callable[..., list[Any]]


def names(violations: list[Any]) -> list[tuple[str, str]]:
    return [(each.name, each.thing) for each in violations]


def slit(make: Make, states: str) -> list[Any]:
    return [make(telescope.DomeSlitRead, state=state) for state in states.split()]


def test_a_slit_that_opens_by_itself_is_one_critical_violation(make: Make, judged: Judged) -> None:
    (violation,) = judged(slit(make, "closed closed opening opening open open"))
    assert (violation.name, violation.thing) == ("MovedWithoutCommand", "dome_slit")
    assert violation.severity == "critical"
    assert violation.evidence == [3, 2]
    assert violation.message == (
        "dome_slit: closed -> opening by DomeSlitRead: "
        "the device moved, but nothing in the log had ordered it"
    )


def test_an_order_does_not_excuse_the_motion_after_the_next(make: Make, judged: Judged) -> None:
    opened = [
        *slit(make, "closed"),
        make(telescope.TelescopeLockReleased),
        make(telescope.DomeSlitCommanded, action="open"),
        *slit(make, "opening open"),
    ]
    assert names(judged([*opened, *slit(make, "closing closed")])) == [("MovedWithoutCommand", "dome_slit")]


@pytest.mark.parametrize(
    ("before", "after"),
    [("tracking", "parked"), ("tracking", "slewing"), ("parked", "tracking"), ("parking", "settling")],
)
def test_a_mount_that_moves_by_itself(before: str, after: str, make: Make, judged: Judged) -> None:
    readings = [make(telescope.MountRead, state=state) for state in (before, after, after)]
    assert names(judged(readings)) == [("MovedWithoutCommand", "mount")]


def test_each_movement_ordered_while_locked_is_critical(make: Make, judged: Judged) -> None:
    ordered = [
        make(telescope.MountRead, state="parked"),
        make(telescope.DomeSlitRead, state="closed"),
        make(telescope.MirrorCoverRead, state="closed"),
        make(telescope.FocusRead, state="still"),
        make(telescope.DomeRotationRead, state="still"),
        make(telescope.MountSlewCommanded),
        make(telescope.MountParkCommanded),
        make(telescope.DomeRotationCommanded),
        make(telescope.FocusCommanded),
        make(telescope.DomeSlitCommanded, action="open"),
        make(telescope.MirrorCoverCommanded, action="open"),
    ]
    found = judged(ordered)
    assert names(found) == [("MovementWhileLocked", "telescope_lock")] * 6
    assert {each.severity for each in found} == {"critical"}


def test_a_device_ordered_to_move_before_it_was_read(make: Make, judged: Judged) -> None:
    found = judged([make(telescope.TelescopeLockReleased), make(telescope.MountSlewCommanded)])
    assert names(found) == [("CommandedBeforeRead", "mount")]
    assert found[0].evidence == [2]


def test_a_fault_is_told_once_and_again_when_it_comes_again(make: Make, judged: Judged) -> None:
    readings = [
        make(telescope.FocusRead, state=state) for state in ("still", "fault", "fault", "still", "fault")
    ]
    assert names(judged(readings)) == [("DeviceFault", "focus")] * 2


def test_a_cut_line_is_told_once_and_any_state_may_follow(make: Make, judged: Judged) -> None:
    lost = make(telescope.DeviceUnreachable, device="mount")
    found = judged(
        [
            make(telescope.MountRead, state="tracking"),
            lost,
            lost,
            make(telescope.DeviceReached, device="mount"),
            make(telescope.MountRead, state="parked"),
        ]
    )
    assert names(found) == [("DeviceUnreachable", "mount")]


def test_two_exposures_at_once(make: Make, judged: Judged) -> None:
    found = judged(
        [
            make(camera.CameraRead, state="idle"),
            make(camera.ExposureRequested, exposure_number=1),
            make(camera.ExposureStarted, exposure_number=1),
            make(camera.ExposureRequested, exposure_number=2),
        ]
    )
    assert names(found) == [("ExposureWhileExposing", "camera")]


def test_a_recipe_started_by_two_executors(make: Make, judged: Judged) -> None:
    started = [make(each, recipe_id="r") for each in (recipe.RecipeSubmitted, recipe.RecipeQueued)]
    found = judged([*started, *[make(recipe.RecipeStarted, recipe_id="r") for _ in range(2)]])
    assert names(found) == [("RecipeStartedTwice", "recipe/r")]
    assert found[0].evidence == [4, 3]


def test_what_nobody_declared_names_machine_state_and_event(make: Make, judged: Judged) -> None:
    found = judged([make(recipe.RecipeSubmitted, recipe_id="r"), make(recipe.RecipeCompleted, recipe_id="r")])
    assert [each.name for each in found] == ["RecipeTransitionUndeclared"]
    assert found[0].message == (
        "recipe/r: pooled -> completed by RecipeCompleted: 'complete' from 'pooled' is not declared normal"
    )


def test_a_night_that_skips_calibration(make: Make, judged: Judged) -> None:
    found = judged(
        [
            make(system.NightPlanned, night="2023-12-12"),
            make(system.NightPhaseEntered, night="2023-12-12", phase="starting_up"),
            make(system.NightPhaseEntered, night="2023-12-12", phase="observing"),
            make(system.NightPhaseEntered, night="2023-12-12", phase="shutting_down"),
        ]
    )
    assert names(found) == [("NightTransitionUndeclared", "night/2023-12-12")]


def test_each_chip_of_an_exposure_is_judged_by_itself(make: Make, judged: Judged) -> None:
    found = judged(
        [
            make(camera.CameraRead, state="idle"),
            make(camera.ExposureRequested, exposure_number=1),
            make(camera.ExposureStarted, exposure_number=1),
            make(camera.ChipCubeAcquired, exposure_number=1, frame_id="a"),
            make(camera.ChipCubeAcquired, exposure_number=1, frame_id="b"),
            make(camera.ExposureFinished, exposure_number=1),
            make(transfer.ChipCubeBuffered, exposure_number=1, frame_id="a"),
            make(transfer.ExposureTransferred, exposure_number=1),
            make(reduction.ReductionQueued, exposure_number=1, frame_ids=["a", "b"]),
        ]
    )
    assert names(found) == [("ChipCubeTransitionUndeclared", "chip_cube/b")]
    assert found[0].evidence == [9, 5]


def test_a_result_after_the_end_and_one_out_of_order(make: Make, judged: Judged) -> None:
    life = [
        camera.ChipCubeAcquired,
        transfer.ChipCubeBuffered,
        reduction.ReductionLeased,
        reduction.QualityJudged,
        reduction.FieldSolved,
        reduction.ReductionFinished,
        reduction.ReductionFinished,
    ]
    events = [make(each, exposure_number=1, frame_id="a") for each in life]
    events.insert(2, make(reduction.ReductionQueued, exposure_number=1, frame_ids=["a"]))
    found = [each for each in judged(events) if each.thing == "chip_cube/a"]
    assert [each.name for each in found] == [
        "ChipCubeTransitionUndeclared",  # solved after it was judged
        "FinishedWithoutProduct",
        "ChipCubeTransitionUndeclared",  # finished twice
    ]


def test_a_raw_cube_deleted_before_its_reduction(make: Make, judged: Judged) -> None:
    life = [camera.ChipCubeAcquired, transfer.ChipCubeBuffered, transfer.ChipCubeExpired]
    found = judged([make(each, exposure_number=1, frame_id="a") for each in life])
    assert ("ExpiredBeforeReduced", "chip_cube/a") in names(found)


def test_a_deleted_cube_is_not_remembered(make: Make, record: Callable[..., list[Any]]) -> None:
    life = [camera.ChipCubeAcquired, transfer.ChipCubeBuffered, transfer.ChipCubeExpired]
    states = initial()
    for recorded in record([make(each, exposure_number=1, frame_id="a") for each in life]):
        judge(states, recorded)
    assert states.machines["chip_cube"].at == {}
    assert state_of(states, "chip_cube", "a") == "new"


@pytest.mark.parametrize(
    ("kind", "stream"), [("RecipeSubmitted", "recipe/r"), ("ExposureRequested", "exposure/00000007")]
)
def test_what_follows_an_event_that_was_erased_is_normal(
    kind: str, stream: str, make: Make, record: Callable[..., Any]
) -> None:
    following = {
        "RecipeSubmitted": make(recipe.RecipeQueued, recipe_id="r"),
        "ExposureRequested": make(camera.ExposureStarted, exposure_number=7),
    }
    erased = Recorded(1, stream, 1, 0, 0, 0, 0, "", ErasedPayload(of_type=kind, sha256="0" * 64))
    states = initial()
    for recorded in [erased, *record([following[kind]], first=2)]:
        assert [each for each in judge(states, recorded) if each.thing == stream] == []
