"""A night that anything may happen to: the real deciders over simulated devices, and laws that always hold.

Each step is something that a person, the sky, a device or the machine does. Whatever it is, the laws are
looked at in the log after it, event by event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, get_args

from adapters.simulator.devices.faults import FaultKind
from tests.projections.memory_log import MemoryLog
from tests.tomoe_es.control.noted_log import NotedLog
from tests.tomoe_es.control.observatory import Observatory, make_recipe, plan, survey
from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.control import hands, weather_limits
from tomoe_es.errors import TomoeError
from tomoe_es.events import camera, queue, recipe, safety, system, telescope, transfer, weather
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.port import Appended, Batch

CLOSED_WITHIN = 10 * SECOND
"""From the event that tells of danger to the commands that close."""
STILL_WITHIN = 10 * SECOND
"""From the lock to the devices' standing still, if they do what they are told."""
DEVICES = ("mount", "dome_slit", "dome_rotation", "mirror_cover", "focus", "camera", "weather")
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
END = "18:10"
"""Late enough for a hundred steps, of which each takes a quarter of a minute on average."""


class Killed(Exception):
    """The process is gone; what was appended stays."""


class MortalLog(NotedLog):
    """A log whose process dies right after one of its next appends."""

    lives: int | None = None

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        appended = super().append_many(batches)
        if self.lives is not None:
            self.lives -= 1
            if self.lives <= 0:
                self.lives = None
                raise Killed
        return appended


class LawBroken(AssertionError):
    """The log holds what must never happen."""


class ExploredNight:
    """What may happen to a night, and what must hold whatever does."""

    def __init__(self) -> None:
        self._plan = plan(start_up="17:20", calibration="17:21", observing="17:33", end=END)
        self._log = MemoryLog()
        self._laws = Laws()
        self._recipes = 0
        self._faulty: set[tuple[str, FaultKind]] = set()
        self.night = self._opened()
        self.night.start()

    def _opened(self) -> Observatory:
        night = Observatory(None, self._plan)
        mortal = MortalLog(self._log)
        night.log = self._log
        night.noted = mortal
        night.conductor._log = mortal
        self._mortal = mortal
        return night

    # what may happen

    def wait(self, seconds: int) -> None:
        """Time passes."""
        self._alive(lambda: self.night.run_for(seconds))

    def submit(self, exposures: int, *, direct: bool) -> None:
        self._recipes += 1
        asked = survey(exposures, at="17:50", comment=f"{self._recipes}")
        self._alive(lambda: self.night.submit(asked, direct=direct))

    def submit_mistake(self, line: tuple[str, Any]) -> None:
        """A recipe of a single line that moves or opens something, whatever the state is."""
        self._recipes += 1
        self._alive(lambda: self.night.submit(make_recipe(line, comment=f"{self._recipes}")))

    def fault(self, device: str, kind: FaultKind) -> None:
        self._faulty.add((device, kind))
        self._laws.disobedient.add(device)
        if self.night.control.night.phase == "ended":
            self._laws.broken_after_the_end.add(device)
        self._alive(lambda: self.night.fault(device, kind))

    def mend(self) -> None:
        """Every device is well again."""
        faulty, self._faulty = sorted(self._faulty), set()
        for device, kind in faulty:
            self._alive(
                lambda device=device, kind=kind: self.night.telescope.faults.end(
                    device, kind, self.night.clock.now()
                )
            )

    def rain(self, minutes: int) -> None:
        """It rains for so long, and the monitor says so every minute."""
        reading = self.night.control.hardware.weather
        if reading is None:
            return
        for number in range(minutes):
            wet = weather.WeatherRead(
                rain=True,
                wind_speed_m_s=reading.wind_speed_m_s + number / 10,
                wind_direction_deg=reading.wind_direction_deg,
                humidity_percent=reading.humidity_percent,
                temperature_c=reading.temperature_c,
                dome_temperature_c=reading.dome_temperature_c,
                sky_temperature_c=reading.sky_temperature_c,
                pressure_hpa=reading.pressure_hpa,
            )
            self._alive(lambda wet=wet: self.night.record(wet))
            self._alive(lambda: self.night.run_for(5))

    def lock(self) -> None:
        self._person(lambda: hands.set_lock(self.night.control, "bob", "work in the dome"))

    def release(self) -> None:
        self._person(lambda: hands.release_lock(self.night.control, "bob", "done", take_over=True))

    def stop(self) -> None:
        self._person(lambda: hands.stop(self.night.control, "bob", "tea"))

    def abort(self) -> None:
        self._person(lambda: hands.abort(self.night.control, "bob", "smoke"))

    def start(self) -> None:
        self._person(lambda: hands.start(self.night.control, "alice", "go on", take_over=True))

    def emergency(self) -> None:
        self._alive(lambda: self.night.record(_made_safe("emergency", "bob")))

    def guardian(self) -> None:
        self._alive(lambda: self.night.record(_made_safe("guardian", "guardian")))

    def kill(self, appends: int) -> None:
        """The process dies right after one of its next appends, and the night is resumed."""
        self._mortal.lives = appends
        self._alive(lambda: self.night.run_for(60))
        if self._mortal.lives is not None:
            self._mortal.lives = None
            self._resume()

    def finish(self) -> None:
        """Everything is well again, people let go, and the night comes to its end."""
        self.mend()
        self.release()
        self.start()
        self._alive(lambda: self.night.run_until(END))
        self.release()
        self._alive(lambda: self.night.run_for(30 * 60))
        self._laws.judge_end(self.night)

    # how it is done

    def _person(self, decide: Any) -> None:
        try:
            event = decide()
        except TomoeError:
            return  # told, and nothing changed
        self._alive(lambda: self.night.record(event))

    def _alive(self, act: Any) -> None:
        try:
            act()
        except Killed:
            self._resume()
        self._laws.judge(self._log)

    def _resume(self) -> None:
        faults = self.night.telescope.faults
        self.night = self._opened()
        self.night.telescope.faults._faults = faults._faults
        self.night.resume()


def _made_safe(by: Any, who: str) -> safety.MakingSafeBegun:
    return safety.MakingSafeBegun(by=by, who=who, reasons=["smoke"], begun_us=1)


MOVES = (
    telescope.MountSlewCommanded,
    telescope.MountParkCommanded,
    telescope.DomeRotationCommanded,
    telescope.FocusCommanded,
)
SHUTTERS = (telescope.MirrorCoverCommanded, telescope.DomeSlitCommanded)


class Laws:
    """What must hold at every event of the log, told from the log alone and not by the code that decides."""

    def __init__(self) -> None:
        self.disobedient: set[str] = set()  # devices that a fault kept from what they were told
        self.broken_after_the_end: set[str] = set()  # when nobody tells them anything any more
        self._seen = 0
        self._resumed_at = 0
        self._locked, self._locked_at = True, 0
        self._stopped_by = ""  # abort or emergency that nobody has ended
        self._reconciled = False
        self._safe = False
        self._danger_since = 0  # since when both were to be closed and were not told to
        self._closing: set[str] = set()
        self._operation: tuple[int, float] | None = None
        self._taken: Counter[tuple[str, str]] = Counter()
        self._exposures: dict[int, tuple[str, str]] = {}
        self._phase = ""
        self._unheard = False  # the executor is dead or hangs; the guardian acts

    def judge(self, log: MemoryLog) -> None:
        """Look at what is new."""
        for recorded in log.read(after=self._seen):
            self._seen = recorded.position
            self._overdue(recorded)
            self._look(recorded)

    def _overdue(self, recorded: Recorded) -> None:
        match recorded.payload:
            case safety.ProcessFellSilent(process="night"):
                self._unheard = True
            case safety.ProcessHeardAgain(process="night") | system.NightResumed():
                self._unheard = False
                if self._operation is not None:
                    self._operation = recorded.time, self._operation[1]
                if self._danger_since:
                    self._danger_since = recorded.time
        if self._unheard:
            return
        if self._danger_since and recorded.time - self._danger_since > CLOSED_WITHIN:
            raise self._broken(recorded, f"in danger, and only {self._closing} are told to close")
        if self._operation is not None:
            begun, limit = self._operation
            if recorded.time - begun > limit * 1e6 + 2 * MINUTE:
                raise self._broken(recorded, "an operation has outlived its time limit")

    def _look(self, recorded: Recorded) -> None:
        event = recorded.payload
        if isinstance(event, MOVES) or (isinstance(event, SHUTTERS) and event.action == "open"):
            self._moved(recorded)
        match event:
            case telescope.MirrorCoverCommanded(action="close") | telescope.DomeSlitCommanded(action="close"):
                self._closing.add(event.stream())
                if self._closing == {"mirror_cover", "dome_slit"}:
                    self._danger_since = 0
            case weather.WeatherRead():
                if weather_limits.exceeded(event):
                    self._endanger(recorded)
            case telescope.DeviceUnreachable(device="weather"):
                self._endanger(recorded)
            case weather.WeatherBecameSafe():
                self._safe = True
            case weather.WeatherBecameUnsafe():
                self._safe = False
            case telescope.TelescopeLockSet():
                self._locked, self._locked_at = True, recorded.time
            case telescope.TelescopeLockReleased():
                self._locked = False
            case telescope.MountRead() | telescope.DomeRotationRead() | telescope.FocusRead():
                self._read(recorded)
            case queue.QueueAbortRequested():
                self._stopped_by = "abort"
            case safety.MakingSafeBegun(by="emergency"):
                self._stopped_by = "emergency"
            case queue.QueueStarted():
                self._stopped_by = ""
            case system.NightResumed():
                self._reconciled, self._resumed_at = False, recorded.time
            case safety.DevicesReconciled():
                self._reconciled = True
            case system.NightPhaseEntered():
                self._phase = event.phase
            case recipe.RecipeEvent():
                self._recipe(recorded, event)
            case camera.ExposureEvent():
                self._exposure(recorded, event)
            case _:
                pass

    def _moved(self, recorded: Recorded) -> None:
        event = recorded.payload
        if self._locked:
            raise self._broken(recorded, "ordered to move while the telescope is locked")
        if not self._reconciled:
            raise self._broken(recorded, "ordered to move before the devices were reconciled")
        opens = isinstance(event, SHUTTERS)
        if opens and not self._safe:
            raise self._broken(recorded, "told to open while the weather is unsafe")
        if opens and self._stopped_by:
            raise self._broken(recorded, f"told to open after an {self._stopped_by}")
        if opens and self._phase in ("shutting_down", "ended"):
            raise self._broken(recorded, "told to open when the night is over")

    def _read(self, recorded: Recorded) -> None:
        """A device that does what it is told stands still while the telescope is locked."""
        event: Any = recorded.payload
        device = recorded.stream
        still = recorded.time - max(self._locked_at, self._resumed_at) < STILL_WITHIN
        moves = event.state in ("slewing", "settling", "tracking", "parking", "rotating", "moving")
        if self._locked and moves and not still and device not in self.disobedient:
            raise self._broken(recorded, "moves while the telescope is locked")

    def _endanger(self, recorded: Recorded) -> None:
        """From here on both are to be told to close, if they were not while it was unsafe."""
        if self._safe and self._phase != "ended":  # after the night everything is closed, and nobody watches
            self._danger_since, self._closing = recorded.time, set()
            self._safe = False

    def _recipe(self, recorded: Recorded, event: recipe.RecipeEvent) -> None:
        match event:
            case recipe.OperationStarted(time_limit_seconds=limit):
                if self._operation is not None:
                    raise self._broken(recorded, "two operations at once")
                self._operation = recorded.time, limit
            case recipe.RecipeStarted():
                if not self._reconciled:
                    raise self._broken(recorded, "a recipe was begun before the devices were reconciled")
            case recipe.OperationCompleted() | recipe.OperationFailed() | recipe.RecipeInterrupted():
                self._operation = None
            case _:
                pass

    def _exposure(self, recorded: Recorded, event: camera.ExposureEvent) -> None:
        match event:
            case camera.ExposureRequested(data_type="OBJECT"):
                if self._locked or not self._safe:
                    raise self._broken(recorded, "the sky is exposed while locked or unsafe")
                self._exposures[event.exposure_number] = (event.recipe_id, event.name)
            case transfer.ExposureTransferred(buffered=buffered) if buffered:
                if event.exposure_number in self._exposures:
                    taken = self._exposures[event.exposure_number]
                    self._taken[taken] += 1
                    if self._taken[taken] > 1:
                        raise self._broken(recorded, f"{taken} was taken twice")
            case _:
                pass

    def judge_end(self, night: Observatory) -> None:
        """At the end of the night everything is put away, by the devices' own readings."""
        hardware, phase = night.control.hardware, night.control.night.phase
        away = {"dome_slit": "closed", "mirror_cover": "closed", "mount": "parked"}
        away = {device: state for device, state in away.items() if device not in self.broken_after_the_end}
        reads = {device: getattr(hardware, device).state for device in away}
        if (phase, reads) != ("ended", away):
            raise LawBroken(f"the night is {phase}, and its telescope is left with {reads}")
        if night.control.execution is not None:
            raise LawBroken("a recipe is still carried out")

    def _broken(self, recorded: Recorded, what: str) -> LawBroken:
        return LawBroken(f"event {recorded.position}: {what}: {recorded.payload}")
