"""Lives that are normal are judged quiet, and end in the state that they should."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tomoe_es.events import camera, queue, recipe, reduction, system, telescope, transfer
from tomoe_es.machines.judging.steps import initial, judge, judge_by_machines, state_of

Life = tuple[type[Any], dict[str, Any]]
CUBE: dict[str, Any] = {"exposure_number": 7, "frame_id": "TMQ1202312120000000711"}


def reading(kind: type[Any], states: str) -> list[Life]:
    """Readings of a device, one after the other."""
    return [(kind, {"state": state}) for state in states.split()]


def phases(names: str) -> list[Life]:
    """Phases of one night."""
    return [(system.NightPhaseEntered, {"phase": name}) for name in names.split()]


def cube(*kinds: type[Any]) -> list[Life]:
    """Events of one chip-cube."""
    return [(kind, CUBE) for kind in kinds]


EXPOSED: list[Life] = [
    (camera.ExposureRequested, {"exposure_number": 7}),
    (camera.ExposureStarted, {"exposure_number": 7}),
    (camera.ChipCubeAcquired, CUBE),
    (camera.ExposureFinished, {"exposure_number": 7}),
]
QUEUED: list[Life] = [
    *EXPOSED,
    (transfer.ChipCubeBuffered, CUBE),
    (transfer.ExposureTransferred, {"exposure_number": 7}),
    (reduction.ReductionQueued, {"exposure_number": 7, "frame_ids": [CUBE["frame_id"]]}),
]
IDLE = reading(camera.CameraRead, "idle")
STARTED: list[Life] = [
    (recipe.RecipeSubmitted, {}),
    (recipe.RecipeQueued, {}),
    (recipe.RecipeStarted, {}),
    (recipe.OperationStarted, {}),
]
CLOSED = reading(telescope.DomeSlitRead, "closed")
OPEN_SLIT: list[Life] = [
    *CLOSED,
    (telescope.TelescopeLockReleased, {}),
    (telescope.DomeSlitCommanded, {"action": "open"}),
    *reading(telescope.DomeSlitRead, "opening opening open open"),
]
TRACKING: list[Life] = [
    (telescope.TelescopeLockReleased, {}),
    *reading(telescope.MountRead, "parked parked"),
    (telescope.MountSlewCommanded, {}),
    *reading(telescope.MountRead, "parked slewing slewing settling tracking tracking"),
]
CLOSE: Life = (telescope.DomeSlitCommanded, {"action": "close"})

LIVES: dict[str, tuple[list[Life], str, str | int, str]] = {
    "mount, stopped and used again": (
        [
            *TRACKING,
            (telescope.MountStopCommanded, {}),
            *reading(telescope.MountRead, "tracking stopped stopped"),
            (telescope.MountSlewCommanded, {}),
            *reading(telescope.MountRead, "stopped slewing settling tracking"),
            (telescope.MountStopCommanded, {}),
            *reading(telescope.MountRead, "stopped"),
            (telescope.MountParkCommanded, {}),
            *reading(telescope.MountRead, "stopped parking parked"),
        ],
        *("mount", "", "parked"),
    ),
    "dome slit, stopped on the way": (
        [
            *CLOSED,
            (telescope.TelescopeLockReleased, {}),
            (telescope.DomeSlitCommanded, {"action": "open"}),
            *reading(telescope.DomeSlitRead, "opening"),
            (telescope.DomeSlitCommanded, {"action": "stop"}),
            *reading(telescope.DomeSlitRead, "opening stopped stopped"),
            CLOSE,
            *reading(telescope.DomeSlitRead, "stopped closing closed"),
        ],
        *("dome_slit", "", "closed"),
    ),
    "recipe, back for an exposure that was lost after it was complete": (
        [
            *STARTED,
            (recipe.OperationCompleted, {}),
            (recipe.RecipeCompleted, {}),
            (recipe.RecipeReturnedToPool, {}),
            (recipe.RecipeExpired, {}),
        ],
        *("recipe", "", "expired"),
    ),
    "night": (
        [
            (system.NightPlanned, {}),
            *phases("starting_up calibrating waiting observing shutting_down ended"),
        ],
        *("night", "", "ended"),
    ),
    "night, resumed after a crash": (
        [
            (system.NightPlanned, {}),
            *phases("starting_up calibrating"),
            (system.NightResumed, {}),
            *phases("calibrating waiting"),
        ],
        *("night", "", "waiting"),
    ),
    "night, interrupted and resumed": (
        [
            (system.NightPlanned, {}),
            *phases("starting_up shutting_down interrupted"),
            (system.NightResumed, {}),
            *phases("ended"),
        ],
        *("night", "", "ended"),
    ),
    "queue, paused while suspended": (
        [
            (queue.QueueStarted, {}),
            (queue.ObservingSuspended, {}),
            (queue.QueuePaused, {}),
            (queue.ObservingSuspended, {}),
            (queue.ObservingResumed, {}),
            (queue.QueueStarted, {}),
        ],
        *("queue", "", "running"),
    ),
    "queue, a new night after a suspended one": (
        [(queue.ObservingSuspended, {}), (system.NightPlanned, {}), (queue.ObservingSuspended, {})],
        *("queue", "", "running_suspended"),
    ),
    "recipe": (
        [
            *STARTED,
            (recipe.OperationCompleted, {}),
            (recipe.OperationSkipped, {}),
            (recipe.OperationStarted, {}),
            (recipe.OperationCompleted, {}),
            (recipe.RecipeCompleted, {}),
        ],
        *("recipe", "", "completed"),
    ),
    "recipe, with an operation that fails": (
        [*STARTED, (recipe.OperationFailed, {}), (recipe.RecipeCancelled, {})],
        *("recipe", "", "cancelled"),
    ),
    "recipe, refused in the middle": (
        [
            *STARTED,
            (recipe.OperationCompleted, {}),
            (recipe.OperationFailed, {}),
            (recipe.RecipeCancelled, {}),
        ],
        *("recipe", "", "cancelled"),
    ),
    "recipe, interrupted and observed again": (
        [
            *STARTED,
            (recipe.RecipeInterrupted, {}),
            (recipe.RecipeReturnedToPool, {}),
            *STARTED[1:],
            (recipe.OperationCompleted, {}),
            (recipe.RecipeCompleted, {}),
        ],
        *("recipe", "", "completed"),
    ),
    "recipe, dequeued and expired": (
        [*STARTED[:2], (recipe.RecipeReturnedToPool, {}), (recipe.RecipeExpired, {})],
        *("recipe", "", "expired"),
    ),
    "recipe, expired in the queue": (
        [*STARTED[:2], (recipe.RecipeExpired, {})],
        *("recipe", "", "expired"),
    ),
    "exposure": ([*IDLE, *QUEUED], "exposure", 7, "reducing"),
    "exposure, aborted before its start": (
        [
            *IDLE,
            *EXPOSED[:1],
            (camera.ExposureAbortRequested, {"exposure_number": 7}),
            (camera.ExposureAborted, {"exposure_number": 7}),
        ],
        *("exposure", 7, "aborted"),
    ),
    "exposure, aborted by the camera": (
        [*IDLE, *EXPOSED[:2], (camera.ExposureAborted, {"exposure_number": 7})],
        *("exposure", 7, "aborted"),
    ),
    "chip-cube": (
        [
            *IDLE,
            *QUEUED,
            *cube(
                reduction.ReductionLeased,
                reduction.FieldSolved,
                reduction.PhotometryMeasured,
                reduction.QualityJudged,
                reduction.ProductArchived,
                reduction.ProductArchived,
                reduction.ReductionFinished,
            ),
        ],
        *("chip_cube", CUBE["frame_id"], "finished"),
    ),
    "chip-cube, searched for moving objects": (
        [
            *IDLE,
            *QUEUED,
            *cube(
                reduction.ReductionLeased,
                reduction.FieldSolved,
                reduction.PhotometryMeasured,
                reduction.QualityJudged,
                reduction.MovingObjectDetected,
                reduction.MovingObjectDetected,
                reduction.MovingObjectsSearched,
                reduction.ProductArchived,
                reduction.ReductionFinished,
            ),
        ],
        *("chip_cube", CUBE["frame_id"], "finished"),
    ),
    "chip-cube of a dark, leased three times": (
        [
            *IDLE,
            *QUEUED,
            *cube(reduction.ReductionLeased, reduction.ReductionLeaseExpired, reduction.ReductionLeased),
            *cube(reduction.ReductionFailed, reduction.ReductionLeased),
            *cube(reduction.ProductRejected, reduction.ReductionFinished),
        ],
        *("chip_cube", CUBE["frame_id"], "finished"),
    ),
    "chip-cube, leased again by a new engine": (
        [
            *IDLE,
            *QUEUED,
            *cube(reduction.ReductionLeased),
            (reduction.ReductionEngineStarted, {}),
            *cube(reduction.ReductionLeased),
        ],
        *("chip_cube", CUBE["frame_id"], "leased"),
    ),
    "chip-cube, without its dark, deleted in the end": (
        [
            *IDLE,
            *QUEUED,
            (reduction.ReductionFailed, {**CUBE, "given_up": True}),
            *cube(transfer.ChipCubeExpired),
        ],
        *("chip_cube", CUBE["frame_id"], "new"),  # not remembered any more
    ),
    "chip-cube, overwritten in the ring": (
        [*IDLE, *EXPOSED, *cube(transfer.RingOverwritten, transfer.RingOverwritten, transfer.ChipCubeLost)],
        *("chip_cube", CUBE["frame_id"], "lost"),
    ),
    "dome slit": (
        [*OPEN_SLIT, CLOSE, *reading(telescope.DomeSlitRead, "open closing closed closed"), CLOSE, *CLOSED],
        *("dome_slit", "", "closed"),
    ),
    "dome slit, turned round on the way": (
        [
            *OPEN_SLIT[:3],
            *reading(telescope.DomeSlitRead, "closed opening"),
            CLOSE,
            *reading(telescope.DomeSlitRead, "opening closing closed"),
        ],
        *("dome_slit", "", "closed"),
    ),
    "dome slit, told again to do what it is doing": (
        [
            *OPEN_SLIT[:3],
            *reading(telescope.DomeSlitRead, "opening"),
            OPEN_SLIT[2],
            *reading(telescope.DomeSlitRead, "opening open"),
            CLOSE,
            *reading(telescope.DomeSlitRead, "closing"),
            *(CLOSE, CLOSE),
        ],
        *("dome_slit", "", "closing"),
    ),
    "dome slit, closed before it was read": ([CLOSE, *CLOSED], "dome_slit", "", "closed"),
    "mirror cover": (
        [
            *reading(telescope.MirrorCoverRead, "closed"),
            (telescope.TelescopeLockReleased, {}),
            (telescope.MirrorCoverCommanded, {"action": "open"}),
            *reading(telescope.MirrorCoverRead, "open"),  # too short a motion to be seen
        ],
        *("mirror_cover", "", "open"),
    ),
    "mount": (
        [
            *TRACKING,
            (telescope.MountSlewCommanded, {}),
            *reading(telescope.MountRead, "tracking settling tracking"),
            (telescope.MountSlewCommanded, {}),
            *reading(telescope.MountRead, "slewing"),
            (telescope.MountParkCommanded, {}),
            *reading(telescope.MountRead, "slewing parking parked"),
        ],
        *("mount", "", "parked"),
    ),
    "mount, found tracking": (reading(telescope.MountRead, "tracking"), "mount", "", "tracking"),
    "focus": (
        [
            *reading(telescope.FocusRead, "still"),
            (telescope.TelescopeLockReleased, {}),
            (telescope.FocusCommanded, {}),
            *reading(telescope.FocusRead, "still moving moving still"),
        ],
        *("focus", "", "still"),
    ),
    "camera": (
        [
            *reading(camera.CameraRead, "off idle"),
            *EXPOSED[:2],
            *reading(camera.CameraRead, "exposing exposing"),
            *EXPOSED[2:],
            *IDLE,
        ],
        *("camera", "", "idle"),
    ),
    "telescope lock": (
        [
            (telescope.DomeSlitCommanded, {"action": "close"}),
            (telescope.TelescopeLockReleased, {}),
            *reading(telescope.DomeRotationRead, "still"),
            (telescope.DomeRotationCommanded, {}),
            (telescope.TelescopeLockSet, {}),
            (telescope.MirrorCoverCommanded, {"action": "close"}),
        ],
        *("telescope_lock", "", "locked"),
    ),
}


@pytest.mark.parametrize("name", LIVES)
def test_a_normal_life_is_quiet(
    name: str, make: Callable[..., Any], record: Callable[..., list[Any]]
) -> None:
    life, machine, instance, end = LIVES[name]
    states = initial()
    events = record([make(kind, **fields) for kind, fields in life])
    for recorded in events:
        judge(states, recorded)
    assert judge_by_machines(events) == []
    assert state_of(states, machine, instance) == end
