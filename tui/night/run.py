"""Runs one simulated night in this process, from its plan to its end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from adapters.code_identity import code_identity
from adapters.log_reserve import LogWithReserve
from adapters.paced_loop import PacedLoop
from adapters.untold import tell, waiting
from adapters.untold_reserve import FOR_PEOPLE, Keeper
from tomoe_es.clock import SECOND
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.deciders_of_a_night import deciders_of_a_night, folds_of_a_night
from tomoe_es.control.hardware import WRONG_CLOCK
from tomoe_es.control.interruption import SKY_OVER
from tomoe_es.control.raised import error_raised
from tomoe_es.control.state import Control
from tomoe_es.errors import LogUnavailable, TomoeError
from tomoe_es.events import Event, queue, system
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.safety import DevicesReconciled
from tomoe_es.events.system import NIGHT_OVER, CodeRegistered
from tomoe_es.events.telescope import DomeSlitCommanded, MirrorCoverCommanded
from tomoe_es.log import open_log
from tomoe_es.reduction import queue as reduction_queue
from tomoe_es.reduction.engine import JobEngine
from tui.data_folder import DataFolder
from tui.night.beside import Beside, started
from tui.night.devices import Devices
from tui.night.engine import engine_of_scheduler
from tui.night.first_recipes import RecipeFile, read_recipes, submissions, survey_submissions
from tui.night.inbox import Inbox
from tui.night.notifying import NIGHT_ENDED, NotifierBeside
from tui.night.options import NightOptions
from tui.night.plan import plan_night, plan_to_resume, refuse_what_if
from tui.night.progress import ProgressLines
from tui.night.projecting import PROCESS as PROJECTOR
from tui.night.projecting import ProjectorProcess
from tui.night.witness import Witness
from tui.person import person

OPERATOR, SYSTEM = "operator", "night"
FOLLOW_OTHERS_SECONDS = 0.2
"""How often, in real time, the log is looked at for what other processes appended."""
FASTEST_FOLLOWED = 1000.0
DRAINED_EVERY = 5 * SECOND


class NightBrokenOff(TomoeError):
    """The log can't be written any more, so nothing can be done that would be recorded."""

    what_to_do = "mend what the message says, such as a full disk; then `tomoe night --resume`"


def run_night(options: NightOptions, data: DataFolder) -> str:
    """Run the night to its end, printing its progress; raises TomoeError for what a person can mend.

    Gives the checkpoint of the log that was signed at its end; empty when that could not be done.
    """
    code = code_identity()
    with ExitStack() as stack:
        engine = engine_of_scheduler(options.engine, code) if options.pixels else None  # or nothing is made
        if engine is not None:
            stack.callback(engine.close)  # if the night does not come to use it
        data.make()
        stack.enter_context(data.held_by_night())
        log = LogWithReserve(open_log(data.log_url), data.log)
        stack.callback(log.close)
        refuse_what_if(log)
        try:
            return _Night(options, data, log, code, engine, stack).run()
        except LogUnavailable as error:
            raise NightBrokenOff(
                f"{error}. The night ends here; its guardian closes and parks the telescope. "
                f"When that is mended: tomoe night --resume --data {data.top}"
            ) from error


class _Night:
    def __init__(
        self,
        options: NightOptions,
        data: DataFolder,
        log: LogWithReserve,
        code: CodeRegistered,
        engine: JobEngine | None,
        stack: ExitStack,
    ) -> None:
        self._options, self._data, self._stack = options, data, stack
        self._code, self._engine = code, engine
        self._folds = folds_of_a_night()
        tell(data.run, log)  # what a guardian or an emergency could not tell
        log.set_aside()
        Keeper(data.run, FOR_PEOPLE).set_aside()
        self._log = log
        self._loop = PacedLoop(0, options.speed, self._alive, self._meanwhile)
        self._attended = 0.0  # real time
        self._conductor = Conductor(log, self._loop, self._loop.skip_to)
        self._conductor.add(deciders_of_a_night(self._folds))
        self._devices = Devices(data, self._loop, self._conductor, self._folds, options.speed)
        self._beside: Beside | None = None
        self._stopping = False
        self._witness = Witness(data.log, SYSTEM)
        self._projector = ProjectorProcess(data)
        stack.callback(self._projector.close)
        self._notifier = NotifierBeside(data, options.notify, stack)

    @property
    def _control(self) -> Control:
        state = self._folds.control.state
        assert isinstance(state, Control)
        return state

    def run(self) -> str:
        """Run it to its end; gives the checkpoint that was signed then."""
        self._conductor.restore(_read(self._data.snapshot), self._code.source_sha256)
        position = self._conductor.catch_up()
        plan = (
            plan_to_resume(self._control, self._folds.reduction.state)
            if self._options.resume
            else plan_night(self._options, self._control, self._witness.last())
        )
        files = read_recipes(self._options.recipes)
        workers = None
        if plan.pixels:
            from tui.night.pixels import Workers  # takes seconds to load

            workers = Workers(self._options, self._data, self._engine, self._stack)
        beside = self._beside = Beside(self._data, self._stack)
        last_time = self._last_time()
        resumed_from = last_time if self._options.resume else 0
        self._loop.set_time(max(plan.start_up_us - 60 * SECOND, resumed_from, beside.time_at(plan.night)))
        self._devices.build(plan, beside.line, workers)
        self._conductor.add_effects(ProgressLines(len(plan.chips)).effects())
        self._conductor.add_effects({system.NightPhaseEntered: self._phase_entered})
        with self._conductor.holding():  # nothing moves before every device was read
            self._register()
            if self._options.resume:
                resumed = system.NightResumed(
                    night=plan.night, last_position=position, last_time_us=last_time
                )
                self._conductor.record([resumed], actor=SYSTEM)
            else:
                begun = queue.QueueStarted(reason="night begins")
                self._conductor.record([plan, begun, *self._recipes(plan, files)], actor=OPERATOR)
            found = self._devices.start()
            self._conductor.record([DevicesReconciled(differences=found)], actor=SYSTEM)
            self._devices.watch_storages()
        if self._control.night.phase in NIGHT_OVER:
            self._stop_when_drained()
        inbox = Inbox(self._data.inbox, self._loop, self._conductor, self._log, plan.night)
        self._stack.enter_context(inbox.watch)
        self._conductor.record([*self._witness.troubles(), *beside.guard()], actor=SYSTEM)
        self._follow_others()
        self._conductor.start()
        with self._asked_to_stop():
            try:
                self._loop.run()
            except Exception as error:
                self._break_off(error)
                raise
        self._conductor.record(beside.end(), actor=SYSTEM)
        note = self._witness.sign()  # before the end is told, which carries it to people
        stopped = system.ProcessStopped(process=SYSTEM, pid=os.getpid(), reason=NIGHT_ENDED)
        self._conductor.record([*self._witness.troubles(), stopped], actor=SYSTEM)
        self._notifier.end()
        self._conductor.follow_others()
        self._keep_snapshot()
        return note

    def _last_time(self) -> int:
        """How late it was when the log ends: the last event need not be the latest, nor its clock right.

        What guardian or emergency told of the telescope has the telescope's time.
        """
        latest: int = self._folds.monitor.state.judged.known.latest_us
        readings = self._control.hardware.read_at.values()
        return max([latest, *(each for each in readings if each - latest <= WRONG_CLOCK)])

    def _alive(self) -> None:
        """Give a sign of life: the loop turns."""
        if self._beside is not None:
            self._beside.alive(self._loop.now(), self._conductor.position)

    def _meanwhile(self) -> None:
        """While images are waited for, heed people and processes all the same."""
        if time.monotonic() - self._attended >= FOLLOW_OTHERS_SECONDS:
            self._attend()

    def _break_off(self, error: Exception) -> None:
        """Say in the log why the night ends here, and have the telescope closed."""
        reason = f"{type(error).__name__}: {error}"
        stopped = system.ProcessStopped(process=SYSTEM, pid=os.getpid(), reason=reason)
        raised = error_raised(SYSTEM, error)
        cover = MirrorCoverCommanded(action="close", reason=reason)
        slit = DomeSlitCommanded(action="close", reason=reason)
        with suppress(Exception):  # it may be the log that fails: what is told is the first error
            self._conductor.record([raised, stopped, cover, slit], actor=SYSTEM)

    def _keep_snapshot(self) -> None:
        """Spare the next night reading all former ones; disposable, so it need not be safe on the disk."""
        part = self._data.snapshot.with_suffix(".part")
        try:
            part.write_bytes(self._conductor.snapshot(self._code.source_sha256))
            part.replace(self._data.snapshot)
        except OSError:  # a full disk: the next night reads the log instead
            part.unlink(missing_ok=True)

    def _register(self) -> None:
        """Say which code writes from now on."""
        [registered] = self._conductor.record([self._code], actor=SYSTEM)
        self._conductor.write_as(registered.position)
        begun = [started(SYSTEM, os.getpid()), self._projector_started(), *self._notifier.started()]
        self._conductor.record(begun, actor=SYSTEM)

    def _projector_started(self) -> Event:
        self._projector_pid = self._projector.pid
        return started(PROJECTOR, self._projector_pid)

    def _recipes(self, plan: system.NightPlanned, files: Sequence[RecipeFile]) -> Sequence[Event]:
        who, now = person(), self._loop.now()
        if files:
            return submissions(files, submitted_by=who, night=plan.night, now=now)
        return survey_submissions(plan, self._options.exposures, submitted_by=who, now=now)

    def _follow_others(self) -> None:
        self._attend()
        pause = round(FOLLOW_OTHERS_SECONDS * SECOND * min(self._options.speed, FASTEST_FOLLOWED))
        self._loop.call_at(self._loop.now() + pause, self._follow_others)

    def _attend(self) -> None:
        """See to the processes beside, and take in what others did and said."""
        self._attended = time.monotonic()
        died = self._projector.revive()
        if died is not None:
            gone = system.ProcessStopped(process=PROJECTOR, pid=self._projector_pid, reason=died)
            self._conductor.record([gone, self._projector_started()], actor=SYSTEM)
        self._conductor.record(self._notifier.revived(), actor=SYSTEM)
        if self._beside is not None:
            self._conductor.record(self._beside.revive(), actor=SYSTEM)
        self._devices.telescope.look()
        if waiting(self._data.run):
            tell(self._data.run, self._log)
        self._conductor.follow_others()
        self._log.set_aside()

    def _phase_entered(self, recorded: Recorded) -> None:
        event = recorded.payload
        assert isinstance(event, system.NightPhaseEntered)
        if event.phase in NIGHT_OVER:
            self._stop_when_drained()

    def _stop_when_drained(self) -> None:
        """The night is over when no recipe is carried out, and all that was exposed is transferred and
        reduced."""
        busy = self._control.execution is not None or self._control.exposures
        if not busy and reduction_queue.is_idle(self._folds.reduction.state):
            self._loop.stop()
        else:
            self._loop.call_at(self._loop.now() + DRAINED_EVERY, self._stop_when_drained)

    @contextmanager
    def _asked_to_stop(self) -> Iterator[None]:
        """The first Ctrl-C or SIGTERM shuts the telescope down in order; a second one breaks off."""

        def asked(number: int, frame: object) -> None:
            if self._stopping:
                raise KeyboardInterrupt
            self._stopping = True
            self._loop.post(self._shut_down)

        before = {each: signal.signal(each, asked) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _shut_down(self) -> None:
        plan = self._control.night.plan
        if plan is not None and self._control.night.phase not in SKY_OVER:
            asked = system.NightPhaseEntered(
                night=plan.night, phase="shutting_down", reason="the operator asked to stop"
            )
            self._conductor.record([asked], actor=OPERATOR)


def _read(path: Path) -> bytes:
    """Content of a file; empty when there is none."""
    return path.read_bytes() if path.exists() else b""
