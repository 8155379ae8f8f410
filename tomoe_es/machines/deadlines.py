"""Deadlines: after A, B within T, in the time of the events. `rules/` holds some more, of the same form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tomoe_es.camera.frame_geometry import frame_seconds
from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.events import Event, camera, queue, reduction, safety, system, telescope, transfer
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import NIGHT_OVER
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Deadline, Mark
from tomoe_es.machines.rules import DEADLINE_RULES


def _field(name: str, *values: str) -> Callable[[Any], bool]:
    return lambda event: getattr(event, name) in values


_MADE_SAFE = (Mark(safety.TelescopeMadeSafe),)
"""The sensors told guardian or emergency; the night's process, which records readings, may be gone."""

_BEGUN_ANEW = (Mark(safety.DevicesReconciled),)
"""After a restart: a command that was recorded as the telescope's process died never reached the device, and
nothing tells whether it did. What is not as it should be is commanded again."""

_LEASES_VOID = (Mark(reduction.ReductionEngineLost), Mark(reduction.ReductionEngineStarted))
"""No result comes of a job that ended with its engine: it is leased again."""


def _exposed(recorded: Recorded, known: Known) -> int:
    """After its frames, and half a minute."""
    exposing = known.exposing
    asked = exposing.request if exposing is not None else None
    seconds = asked.frames * frame_seconds(asked.exposure_seconds) if asked is not None else 0.0
    return recorded.time + round(seconds * SECOND) + 30 * SECOND


def _lease_over(recorded: Recorded, known: Known) -> int:
    """At the lease's own end, and half a minute in which it is declared expired."""
    leased = recorded.payload
    assert isinstance(leased, reduction.ReductionLeased), "only a lease begins it"
    return leased.lease_until_us + 30 * SECOND


def _observing_over(recorded: Recorded, known: Known) -> int:
    plan = recorded.payload
    assert isinstance(plan, system.NightPlanned), "only the plan begins it"
    return plan.observing_end_us + 10 * MINUTE


def _started_up(recorded: Recorded, known: Known) -> int:
    plan = recorded.payload
    assert isinstance(plan, system.NightPlanned), "only the plan begins it"
    return plan.start_up_us + 5 * MINUTE


def _day(recorded: Recorded, known: Known) -> int:
    sunrise_us = known.plan.sunrise_us if known.plan is not None else recorded.time
    return sunrise_us + 75 * MINUTE


def _order(
    name: str, device: str, command: type[Event], action: str, reading: type[Event], seconds: float
) -> Deadline:
    """A cover or slit is told to open or close, and shows that it has; a fault is told by its own machine."""
    closes = action == "close"
    shown = "closed" if closes else "open"
    broken = (
        *(Mark(telescope.DeviceUnreachable, _field("device", device)),),
        *(Mark(command, _field("action", "close", "stop")),),  # told otherwise since
    )
    return Deadline(
        name=name,
        severity="critical" if closes else "warning",
        meaning=f"the {device.replace('_', ' ')} was told to {action}, and does not read {shown}",
        remedy="look at it on site; close it by hand" if closes else "look at its switches and its drive",
        thing=device,
        begins=(Mark(command, _field("action", action)),),
        ends=(
            Mark(reading, _field("state", shown) if closes else _field("state", shown, "fault")),
            *(_MADE_SAFE if closes else broken),
        ),
        within_seconds=seconds,
        puts_off=False,  # closing is told again and again while it does not obey
        forgets=_BEGUN_ANEW,
        expected=f"a reading '{shown}' after it was told to {action}",
    )


_DEADLINES = (
    Deadline(
        name="ExposureNotStarted",
        severity="serious",
        meaning="the camera was told to expose and has not begun",
        remedy="look at the camera's last readings and its log",
        thing="exposure/{:08d}",
        about="exposure_number",
        begins=(Mark(camera.ExposureRequested),),
        ends=(Mark(camera.ExposureStarted), Mark(camera.ExposureAborted)),
        within_seconds=30.0,
        expected="its start",
    ),
    Deadline(
        name="ExposureNotFinished",
        severity="serious",
        meaning="an exposure lasts longer than its frames",
        remedy="look at the camera's last readings and its log; 'tomoe queue abort' ends the recipe",
        thing="exposure/{:08d}",
        about="exposure_number",
        begins=(Mark(camera.ExposureStarted),),
        ends=(Mark(camera.ExposureFinished), Mark(camera.ExposureAborted)),
        due_us=_exposed,
        expected="its end",
    ),
    Deadline(
        name="ExposureNotTransferred",
        severity="serious",
        meaning="the frames of an exposure are still in the ring buffer, where they will be overwritten",
        remedy="see what slows the transfer: the network, the buffer storage, or other processes",
        thing="exposure/{:08d}",
        about="exposure_number",
        begins=(Mark(camera.ExposureFinished),),
        ends=(Mark(transfer.ExposureTransferred),),
        within_seconds=120.0,
        expected="the transfer of all its chips",
    ),
    Deadline(
        name="ReductionOverdue",
        severity="warning",
        meaning="a lease is over, and neither a result nor its expiry is in the log",
        remedy="see whether the reduction queue is still decided on: the night's process may hang",
        thing="chip_cube/{}",
        about="frame_id",
        begins=(Mark(reduction.ReductionLeased),),
        ends=(
            *(Mark(reduction.ReductionFinished), Mark(reduction.ReductionFailed)),
            *(Mark(reduction.ReductionLeaseExpired),),
        ),
        forgets=_LEASES_VOID,
        due_us=_lease_over,
        expected="its result, or the end of its lease,",
    ),
    _order(
        *("SlitDidNotOpen", "dome_slit", telescope.DomeSlitCommanded, "open"),
        *(telescope.DomeSlitRead, 180.0),
    ),
    _order(
        *("SlitDidNotClose", "dome_slit", telescope.DomeSlitCommanded, "close"),
        *(telescope.DomeSlitRead, 180.0),
    ),
    _order(
        *("CoverDidNotOpen", "mirror_cover", telescope.MirrorCoverCommanded, "open"),
        *(telescope.MirrorCoverRead, 120.0),
    ),
    _order(
        *("CoverDidNotClose", "mirror_cover", telescope.MirrorCoverCommanded, "close"),
        *(telescope.MirrorCoverRead, 120.0),
    ),
    Deadline(
        name="MountDidNotPark",
        severity="critical",
        meaning="the mount was told to park and does not read parked",
        remedy="look at it on site; with the dome closed it is safe where it stands, unless it still moves",
        thing="mount",
        begins=(Mark(telescope.MountParkCommanded),),
        ends=(
            *(Mark(telescope.MountRead, _field("state", "parked")), Mark(telescope.MountSlewCommanded)),
            *_MADE_SAFE,
        ),
        within_seconds=300.0,
        puts_off=False,
        forgets=_BEGUN_ANEW,
        expected="a reading 'parked' after it was told to park",
    ),
    Deadline(
        name="SlitOpenAfterSuspension",
        severity="critical",
        meaning="a danger suspended observing, and the dome slit does not read closed",
        remedy="close it with 'tomoe emergency', or by hand",
        thing="dome_slit",
        begins=(Mark(queue.ObservingSuspended, lambda event: event.danger),),
        ends=(
            *(Mark(telescope.DomeSlitRead, _field("state", "closed")), Mark(queue.ObservingResumed)),
            *_MADE_SAFE,
        ),
        within_seconds=180.0,
        puts_off=False,
        expected="a reading 'closed' after observing was suspended",
    ),
    Deadline(
        name="NightNotBegun",
        severity="serious",
        meaning="the time of start-up is over, and the night has not begun",
        remedy="see whether the night's process lives",
        thing="night/{}",
        about="night",
        begins=(Mark(system.NightPlanned),),
        ends=(Mark(system.NightPhaseEntered),),
        due_us=_started_up,
        expected="its start-up",
    ),
    Deadline(
        name="NightNotShutDown",
        severity="critical",
        meaning="dawn has come, and the night is not being shut down",
        remedy="close and park with 'tomoe emergency'; see whether the night's process lives",
        thing="night/{}",
        about="night",
        begins=(Mark(system.NightPlanned),),
        ends=(Mark(system.NightPhaseEntered, _field("phase", "shutting_down", *NIGHT_OVER)),),
        due_us=_observing_over,
        expected="its shutdown",
    ),
    Deadline(
        name="NightNotEnded",
        severity="serious",
        meaning="the night is being shut down and does not end",
        remedy="look at the telescope: something does not close or park",
        thing="night/{}",
        about="night",
        begins=(Mark(system.NightPhaseEntered, _field("phase", "shutting_down")),),
        ends=(Mark(system.NightPhaseEntered, _field("phase", *NIGHT_OVER)),),
        due_us=_day,
        expected="its end",
    ),
)
DEADLINES: dict[str, Deadline] = {each.name: each for each in _DEADLINES} | DEADLINE_RULES
"""By name of the violation."""
