"""A whole observatory on a clock that jumps: real conductor and deciders, simulated devices.

Its log is the real one where a test restarts it, else one in memory, which spares the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from adapters.simulator.camera import Imaging, SimulatedCamera
from adapters.simulator.cluster import Reducing, SimulatedCluster
from adapters.simulator.devices.faults import Fault, FaultKind
from adapters.simulator.no_pixels import NoImaging, NoReducing
from adapters.simulator.script import load_script
from adapters.simulator.telescope import SimulatedTelescope
from tests.projections.memory_log import MemoryLog
from tests.tomoe_es.control.jumping_clock import JumpingClock
from tests.tomoe_es.control.noted_log import NotedLog
from tomoe_es.clock import SECOND, to_datetime
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.decider import Decider, Fold
from tomoe_es.control.deciders_of_a_night import deciders_of_a_night, folds_of_a_night
from tomoe_es.control.state import Control
from tomoe_es.events import Event, queue, recipe, safety, system, telescope, weather
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.log.port import Batch, EventLog
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.night import JST, night_span
from tomoe_es.recipe.identity import recipe_id
from tomoe_es.recipe.model import OperationCall, Recipe
from tomoe_es.reduction import queue as reduction_queue
from tomoe_es.reduction.queue_state import ReductionState
from tomoe_es.safety.reconciling import differences
from tomoe_es.scheduling.sky import equatorial

NIGHT = "2023-12-12"
CHIPS = (101, 201)


def jst(time_of_day: str) -> int:
    """UTC microseconds of a local time of day in the night, as '18:20' or '18:20:30'."""
    hours, minutes, *seconds = (int(part) for part in time_of_day.split(":"))
    start, _ = night_span(NIGHT)
    after_noon = ((hours - 12) % 24 * 60 + minutes) * 60 + (seconds[0] if seconds else 0)
    return start + after_noon * SECOND


def local(time_us: int) -> str:
    """The inverse of `jst`, to the second."""
    return f"{to_datetime(time_us).astimezone(JST):%H:%M:%S}"


def plan(
    *,
    start_up: str = "16:38",
    calibration: str = "16:39",
    observing: str = "16:51",
    end: str = "17:01",
    script: str = "clear",
    seed: int = 1,
    night: str = NIGHT,
) -> system.NightPlanned:
    """A night of 23 minutes, in which everything happens once: the Sun sets at 16:36."""
    return system.NightPlanned(
        night=night,
        start_up_us=jst(start_up),
        sunset_us=jst("16:36:08"),
        calibration_us=jst(calibration),
        observing_start_us=jst(observing),
        observing_end_us=jst(end),
        sunrise_us=jst("06:42:00"),
        chips=list(CHIPS),
        simulated=True,
        pixels=False,
        seed=seed,
        dark_frames=5,
        flat_frames=5,
        buffer_ttl_seconds=60.0,
        script=script,
    )


def make_recipe(
    *operations: tuple[str, Any],
    comment: str = "",
    priority: float = 0.9,
    window: tuple[str, str] = ("03:00:00.0", "02:59:59.0"),
) -> Recipe:
    return Recipe(
        observer="T. Morokuma",
        project="All-Sky Survey",
        priority=priority,
        time_window=window,
        operations=tuple(OperationCall(name, argument) for name, argument in operations),
        comment=comment,
    )


def survey(exposures: int = 2, *, at: str = "16:55", altitude: float = 70.0, **fields: Any) -> Recipe:
    """A recipe of the given form: a field due south at a time, and dithers of it."""
    ra, dec = (round(each, 5) for each in equatorial(180.0, altitude, jst(at)))
    operations: list[tuple[str, Any]] = [
        ("SetFocus", 28.13),
        ("Assert", "domeslit_open"),
        ("Pointing", {"ra": ra, "dec": dec}),
        ("MirrorCover", "open"),
        ("Wait", "pointing, mirrorcover_open"),
        ("SetPipeline", ["wcs", "stack", "neo"]),
        ("SetParameter", {"gain": "high", "tinteg_sec": 0.5, "nframe": 18}),
        ("Exposure", "field_dith1"),
    ]
    for number in range(2, exposures + 1):
        operations += [
            ("Dithering", [0, 1440 if number % 2 else -1440]),
            ("Wait", "pointing"),
            ("Exposure", f"field_dith{number}"),
        ]
    return make_recipe(*operations, **fields)


def submitted(
    asked: Recipe, now: int, *, direct: bool = False, window: tuple[int, int] | None = None
) -> recipe.RecipeSubmitted:
    start, end = window or night_span(NIGHT)
    return recipe.RecipeSubmitted(
        recipe_id=recipe_id(asked, now),
        recipe=asked,
        source="",
        source_name="test.yaml",
        submitted_by="test",
        window_start_us=start,
        window_end_us=end,
        direct=direct,
    )


def control_fold() -> Fold:
    return folds_of_a_night().control


class Observatory:
    """Everything that a night consists of, but without pixels. Times are given as local time of day."""

    def __init__(
        self,
        folder: Path | None,
        planned: system.NightPlanned,
        *,
        only: Iterable[str] | None = None,
        log: EventLog | None = None,
    ) -> None:
        self.plan = planned
        self.log: EventLog = log or (SqliteLog(folder) if folder else MemoryLog())
        self.noted = NotedLog(self.log)
        folds = folds_of_a_night()
        self.control_fold, self.reduction_fold = folds.control, folds.reduction
        self.clock = self.make_clock()
        timers = self.make_timers()
        noted: EventLog = self.noted
        self.conductor = Conductor(noted, timers)
        self.add([each for each in deciders_of_a_night(folds) if only is None or each.name in only])
        self.conductor.add_fold(self.control_fold)
        self.conductor.add_fold(self.reduction_fold)
        self.telescope = self.make_telescope()
        self.camera = SimulatedCamera(
            timers,
            self.conductor.record,
            self.make_imaging(),
            planned.chips,
            lambda: self.control.exposures,
            self.telescope.faults,
        )
        self.cluster = SimulatedCluster(
            timers,
            self.conductor.record,
            self.make_reducing(),
            lambda: self.reduction,
        )
        for adapter in (self.telescope, self.camera, self.cluster):
            self.conductor.add_effects(adapter.effects())

    def make_clock(self) -> JumpingClock:
        """The clock of everything; `guarded_observatory` has one for several processes."""
        return JumpingClock(self.plan.start_up_us - 60 * SECOND)

    def make_timers(self) -> Any:
        """The clock as the executor's process has it."""
        return self.clock

    def make_imaging(self) -> Imaging:
        """What makes the frames, and transfers them."""
        return NoImaging()

    def make_reducing(self) -> Reducing:
        """What reduces them."""
        return NoReducing(self.telescope.transparency)

    def make_telescope(self) -> Any:
        """The telescope as the executor's process has it."""
        script = load_script(self.plan.script, NIGHT)
        return SimulatedTelescope(self.clock, self.conductor.record, script, NIGHT, self.plan.seed)

    @property
    def control(self) -> Control:
        state = self.control_fold.state
        assert isinstance(state, Control)
        return state

    @property
    def reduction(self) -> ReductionState:
        state = self.reduction_fold.state
        assert isinstance(state, ReductionState)
        return state

    def add(self, deciders: Iterable[Decider]) -> None:
        self.conductor.add(deciders)

    def start(self, *recipes: Recipe) -> None:
        """Begin the night, with these recipes in the pool."""
        pool = [submitted(each, self.clock.now()) for each in recipes]
        with self.conductor.holding():
            self.record(self.plan, queue.QueueStarted(reason="night begins"), *pool)
            self._start_devices()
        self.conductor.start()

    def resume(self) -> None:
        """Go on with the night that the log holds, in a new process."""
        position = self.conductor.catch_up()
        last_time = max(each.time for each in self.log.read())
        self.clock.run_until(last_time)
        with self.conductor.holding():
            self.record(
                system.NightResumed(night=self.plan.night, last_position=position, last_time_us=last_time)
            )
            self._start_devices()
        self.conductor.start()

    def _start_devices(self) -> None:
        before = deepcopy(self.control.hardware)
        self.telescope.start(before)
        self.camera.start(unreachable="camera" in self.control.hardware.unreachable)
        self.cluster.start()
        self.record(safety.DevicesReconciled(differences=differences(before, self.control.hardware)))

    def start_observing(self) -> None:
        """In the middle of a safe night: unlocked, slit and cover open, ready for recipes."""
        self.start()
        self.record(
            system.NightPhaseEntered(night=NIGHT, phase="observing", reason="test"),
            weather.WeatherBecameSafe(since_us=self.clock.now()),
            telescope.TelescopeLockReleased(who="test", why=""),
            telescope.DomeSlitCommanded(action="open", reason="test"),
            telescope.MirrorCoverCommanded(action="open", reason="test"),
        )
        self.run_for(60)

    def record(self, *events: Event, command_id: str | None = None) -> list[Recorded]:
        return self.conductor.record(list(events), actor="test", command_id=command_id)

    def submit(self, asked: Recipe, *, direct: bool = True, window: tuple[str, str] | None = None) -> str:
        span = (jst(window[0]), jst(window[1])) if window else None
        event = submitted(asked, self.clock.now(), direct=direct, window=span)
        self.record(event)
        return event.recipe_id

    def fault(
        self,
        device: str,
        kind: FaultKind,
        start: str | None = None,
        end: str | None = None,
        factor: float = 1.0,
    ) -> None:
        """A fault from one time to another; from now on, and without end, when these are not given."""
        from_us = jst(start) if start else self.clock.now()
        to_us = jst(end) if end else None
        self.begin_fault(Fault(device=device, kind=kind, from_us=from_us, to_us=to_us, factor=factor))

    def begin_fault(self, fault: Fault) -> None:
        self.telescope.faults.begin(fault)

    def run_until(self, time_of_day: str) -> None:
        self.clock.run_until(jst(time_of_day))

    def run_for(self, seconds: float) -> None:
        self.clock.run_until(self.clock.now() + round(seconds * SECOND))

    def run_until_seen(self, kind: type[Event], times: int = 1) -> Recorded:
        """Run until an event of this type is recorded once more."""
        before = len(self.of(kind))
        for _ in range(200_000):
            found = self.of(kind)
            if len(found) >= before + times:
                return found[-1]
            self.clock.step()
        raise AssertionError(f"{kind.__name__} does not come")

    def run_to_end(self) -> None:
        """Run until the night has ended and everything is reduced."""
        for _ in range(200_000):
            if self.over():
                return
            self.clock.step()
        raise AssertionError(f"the night does not end; it is {self.control.night.phase}")

    def over(self) -> bool:
        ended = self.control.night.phase == "ended" and self.control.execution is None
        return ended and not self.control.exposures and reduction_queue.is_idle(self.reduction)

    def all(self) -> list[Recorded]:
        return list(self.log.read())

    def of(self, *kinds: type[Event]) -> list[Recorded]:
        return list(self.log.read(types=[kind.__name__ for kind in kinds]))

    def told(self, *kinds: type[Event]) -> list[Any]:
        """Payloads of the events of these types."""
        return [each.payload for each in self.of(*kinds)]

    def story(self, identity: str) -> list[str]:
        """Types of the events of one recipe, in order, without its operations that went well."""
        quiet = (recipe.OperationStarted, recipe.OperationCompleted)
        stream = self.log.read_stream(f"recipe/{identity}")
        return [type(each.payload).__name__ for each in stream if not isinstance(each.payload, quiet)]

    def phases(self) -> list[tuple[str, str]]:
        return [(local(each.time), each.payload.phase) for each in self.of(system.NightPhaseEntered)]  # type: ignore[attr-defined]

    def role_of(self, identity: str) -> str:
        return self.control.night.roles.get(identity, "")

    def close(self) -> None:
        self.log.close()


def copy_log(events: Sequence[Recorded], folder: Path) -> None:
    """Write a log that holds these events alone."""
    log = SqliteLog(folder)
    batches: list[Batch] = []
    for each in events:
        draft = Draft(each.payload, each.time, each.cause, each.correlation, each.code, each.actor)
        if batches and batches[-1].stream == each.stream:
            batches[-1].events.append(draft)  # type: ignore[attr-defined]
        else:
            batches.append(Batch(each.stream, [draft]))
    log.append_many(batches)
    log.close()
