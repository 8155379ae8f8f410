"""Simulates a past night again from a moment on, with other inputs, into a data folder of its own.

Everything is in this process, on a clock that goes from alarm to alarm. There are no pixels: what camera and
reduction would report is simulated, as `tomoe night --no-pixels` does. There is no guardian and no notifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from copy import deepcopy

import msgspec

from adapters.code_identity import code_identity
from adapters.simulator.camera import TRANSFER, SimulatedCamera
from adapters.simulator.cluster import ENGINE, SimulatedCluster
from adapters.simulator.disks import SimulatedDisks, contents
from adapters.simulator.no_pixels import NoImaging, NoReducing
from adapters.simulator.script import load_script
from adapters.simulator.telescope import SimulatedTelescope
from adapters.storage_monitor import ACTOR as STORAGE_MONITOR
from adapters.storage_monitor import StorageMonitor
from adapters.telescope_line.held_clock import HeldClock
from projections.projector import Projector
from replay.errors import WhatIfImpossible
from replay.ladder import Folding
from replay.night import ReplayedNight
from replay.what_if.changes import Changes
from replay.what_if.following import Following
from replay.what_if.inputs import Branch, Input, branch
from tomoe_es.clock import HOUR
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.deciders_of_a_night import FoldsOfANight, deciders_of_a_night, folds_of_a_night
from tomoe_es.control.hardware import DEVICES
from tomoe_es.control.ports import Effect, Recorder
from tomoe_es.events import ErasedPayload, Event, reduction
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.system import NIGHT_OVER, NightPlanned, NightResumed, WhatIfBegun
from tomoe_es.log import open_log
from tomoe_es.log.port import Batch, EventLog
from tomoe_es.reduction import queue as reduction_queue
from tui.data_folder import DataFolder
from tui.whole_log import whole_log

ACTOR = "replay whatif"
SYSTEM = "night"
FOLLOWED = frozenset({*DEVICES, "power", TRANSFER, STORAGE_MONITOR})
"""Actors of what devices, transfer and disks say."""
DECIDERS = frozenset(each.name for each in deciders_of_a_night(folds_of_a_night()))
INSIDE = FOLLOWED | DECIDERS | {ENGINE, SYSTEM}
"""Actors whose events follow from others: they are made anew."""
DISKS = "disks"
LONGEST_AFTER_SUNRISE = 3 * HOUR
_APPENDED_TOGETHER = 5000
_LEASE_ENDS = (reduction.ReductionFinished, reduction.ReductionFailed, reduction.ReductionLeaseExpired)


class Simulated(msgspec.Struct, frozen=True):
    """What came out."""

    branch: Branch
    last_position: int
    followed: int  # what devices said before the branch, and say so simulated too
    not_followed: int
    ended: bool


def what_if(night: ReplayedNight, digest: str, changes: Changes, into: DataFolder) -> Simulated:
    """Simulate; raises WhatIfInvalid, WhatIfImpossible, LogBeingMade. The log is there when it is whole."""
    planned = _beginning(night)
    branched = branch(night, changes, INSIDE)
    if branched.position <= planned.position:
        raise WhatIfImpossible(f"event {branched.position} comes before the night was planned: branch later")
    marker = WhatIfBegun(of_night=night.night, of_log=digest, changes=changes.in_words())
    with whole_log(into) as log:
        _copy(night.log, branched.position, log, marker, branched.time)
        simulation = _Simulation(night, branched, changes, log)
        simulation.run()
        simulated = simulation.result()
    into.make()
    with closing(open_log(into.log_url)) as log, Projector(log, into.projections) as projector:
        projector.catch_up()
    return simulated


def _beginning(night: ReplayedNight) -> Recorded:
    """Where the night's process began; raises WhatIfImpossible."""
    found = list(night.log.read(after=night.first - 1, until=night.last, types=["NightPlanned"]))
    if not found or not isinstance(found[0].payload, NightPlanned) or not found[0].payload.simulated:
        raise WhatIfImpossible(
            f"{night.night} is no simulated night: only its own observatory knows what would be"
        )
    return found[0]


def _copy(log: EventLog, until: int, copy: EventLog, marker: WhatIfBegun, time: int) -> None:
    """The events up to the branch, then the marker."""
    batches: list[Batch] = []
    for each in log.read(until=until):
        if isinstance(each.payload, ErasedPayload):
            raise WhatIfImpossible(
                f"the payload of event {each.position} was erased, so that the events can't be copied"
            )
        draft = Draft(each.payload, each.time, each.cause, each.correlation, each.code, each.actor)
        batches.append(Batch(each.stream, [draft]))
        if len(batches) == _APPENDED_TOGETHER:
            copy.append_many(batches)
            batches = []
    copy.append_many([*batches, Batch(marker.stream(), [Draft(marker, time, actor=ACTOR)])])


class _Simulation:
    def __init__(self, night: ReplayedNight, branched: Branch, changes: Changes, log: EventLog) -> None:
        self._night, self._branch, self._log = night, branched, log
        before = _beginning_of_process(night, branched.position)
        self._plan = _plan(night, before)
        self._clock = HeldClock(night.event(before).time)
        self._following = Following(self._clock, FOLLOWED)
        self._record: Recorder = self._following.record
        shadow = night.folding(before - 1)
        self._folds = FoldsOfANight(**shadow.folds)
        self._on_disks = contents()
        on_disks = Folding({DISKS: self._on_disks})
        for recorded in night.log.read(until=before - 1, types=on_disks.types):
            on_disks.take_in(recorded)
        self._shadow = Folding({**shadow.folds, DISKS: self._on_disks}, before - 1)
        self._changes = changes
        self._build()
        self._follow(before)

    def run(self) -> None:
        """Go on from the branch to the end of the night."""
        self._folds = folds_of_a_night()
        conductor = Conductor(self._log, self._clock)
        conductor.add(deciders_of_a_night(self._folds))
        self._on_disks.state = contents().state
        conductor.add_fold(self._on_disks)
        conductor.catch_up()
        for adapter in (self._telescope, self._camera, self._cluster):
            conductor.add_effects(adapter.effects())
        self._record = conductor.record
        [code] = conductor.record([code_identity()], actor=SYSTEM)
        conductor.write_as(code.position)
        self._change_observatory()
        for each in self._branch.inputs:
            self._say(conductor, each)
        conductor.start()
        give_up = self._plan.sunrise_us + LONGEST_AFTER_SUNRISE
        while not self._is_over() and (self._clock.next_alarm() or give_up) < give_up:
            self._clock.ring()

    def result(self) -> Simulated:
        """What came out."""
        following = self._following
        return Simulated(self._branch, self._log.head(), following.alike, following.unlike, self._is_over())

    def _say(self, conductor: Conductor, given: Input) -> None:
        """Have an input come, after whatever else is due at its time."""

        def say() -> None:
            conductor.record([given.event], actor=given.actor)

        self._clock.call_at(given.time, lambda: self._clock.call_at(given.time, say))

    def _build(self) -> None:
        script = load_script(self._plan.script, self._plan.night)
        telescope = SimulatedTelescope(self._clock, self._recorded, script, self._plan.night, self._plan.seed)
        imaging = NoImaging(telescope.truth)
        self._telescope = telescope
        self._camera = SimulatedCamera(
            self._clock,
            self._recorded,
            imaging,
            self._plan.chips,
            lambda: self._folds.control.state.exposures,
            telescope.faults,
        )
        reducing = NoReducing(telescope.transparency, imaging.offset_arcsec)
        self._cluster = SimulatedCluster(
            self._clock, self._recorded, reducing, lambda: self._folds.reduction.state
        )
        disks = SimulatedDisks(self._clock, telescope.faults, self._on_disks, None, writes_chips=0)
        self._storage_monitor = StorageMonitor(self._clock, self._recorded, disks)

    def _recorded(
        self, events: Sequence[Event], *, cause: Recorded | Sequence[Recorded] | None, actor: str
    ) -> list[Recorded]:
        return self._record(events, cause=cause, actor=actor)

    def _follow(self, before: int) -> None:
        """Let the devices live from the beginning of the process to the branch."""
        events = list(self._night.log.read(after=before - 1, until=self._branch.position))
        leases = _open_leases(events)
        begin = self._cluster.effects()[reduction.ReductionLeased]

        def lease(recorded: Recorded) -> None:
            if recorded.position in leases:
                begin(recorded)

        effects: dict[type[Event], Effect] = {
            **self._telescope.effects(),
            **self._camera.effects(),
            reduction.ReductionLeased: lease,
        }
        self._following.go(events, self._shadow.take_in, effects, self._start_devices)
        self._clock.go_to(self._branch.time)

    def _start_devices(self) -> None:
        hardware = deepcopy(self._folds.control.state.hardware)
        self._telescope.start(hardware)
        self._camera.start(unreachable="camera" in hardware.unreachable)
        self._storage_monitor.start()

    def _change_observatory(self) -> None:
        changes, night, time = self._changes, self._night.night, self._branch.time
        spells, faults = changes.spells(night), changes.device_faults(night)
        if spells is not None:
            self._telescope.weather.replace(spells)
        if faults is not None:
            self._telescope.faults.replace(faults, time)
        if changes.slew_deg_per_second is not None:
            self._telescope.mount.top_speed_deg_s = changes.slew_deg_per_second

    def _is_over(self) -> bool:
        control = self._folds.control.state
        busy = control.execution is not None or control.exposures
        over = control.night.phase in NIGHT_OVER and not busy
        return over and reduction_queue.is_idle(self._folds.reduction.state)


def _beginning_of_process(night: ReplayedNight, until: int) -> int:
    """Position from which on the devices are followed: the plan, or where the night was last resumed."""
    types = [NightPlanned.__name__, NightResumed.__name__]
    *_, last = night.log.read(after=night.first - 1, until=until, types=types)
    return last.position


def _plan(night: ReplayedNight, until: int) -> NightPlanned:
    *_, last = night.log.read(after=night.first - 1, until=until, types=[NightPlanned.__name__])
    assert isinstance(last.payload, NightPlanned), "only its type was asked for"
    return last.payload


def _open_leases(events: Sequence[Recorded]) -> set[int]:
    """Positions of the leases whose end has not come."""
    leases: dict[str, int] = {}
    for each in events:
        event = each.payload
        if isinstance(event, reduction.ReductionLeased):
            leases[event.frame_id] = each.position
        elif isinstance(event, _LEASE_ENDS):
            leases.pop(event.frame_id, None)
    return set(leases.values())
