"""What the log tells about the whole observatory, folded once for all rules.

It takes readings and commands at their word and asks no decider, so that a mistake of control shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tomoe_es.camera.frame_geometry import frame_seconds
from tomoe_es.clock import SECOND
from tomoe_es.control import hardware
from tomoe_es.control.hardware import Hardware
from tomoe_es.control.storage_limits import has_no_room
from tomoe_es.events import Event, camera, recipe, reduction, safety, system, telescope, weather
from tomoe_es.events.camera import DataType
from tomoe_es.events.envelope import Recorded
from tomoe_es.observatory import DOME_TOLERANCE_DEG, FOCUS_TOLERANCE_MM
from tomoe_es.recipe.model import Recipe
from tomoe_es.safety.silence import EXECUTOR

_SAME_TARGET_DEG = 0.002
"""The mount has taken a target over when it names one this close to it."""

EXPOSURE_CHANGES: tuple[type[Event], ...] = (
    *(camera.ExposureStarted, camera.ExposureAbortRequested),
    *(camera.ExposureFinished, camera.ExposureAborted),
)
"""Events with which an exposure of the sky begins or ends."""


STOPPING_SECONDS = 5.0
"""In this time an exposure is broken off once a device tells of its fault, which has a name of its own."""


class Calibration(msgspec.Struct, frozen=True):
    """A dark or flat of this night that was taken whole."""

    data_type: DataType
    gain: str
    exposure_seconds: float


class Exposing(msgspec.Struct):
    """The exposure that the camera takes. Positions are 0 for what has not happened."""

    request: camera.ExposureRequested
    requested: int
    started: int = 0
    start_us: int = 0
    end_us: int = 0  # when the last frame will have been taken
    abort_asked: bool = False
    focus_mm: float | None = None  # when it started

    @property
    def running(self) -> bool:
        """Whether frames are being taken that are meant to be kept."""
        return self.started > 0 and not self.abort_asked

    @property
    def on_sky(self) -> bool:
        """Whether it is running and looks at the sky."""
        return self.running and self.request.data_type != "DARK"


class OpenRecipe(msgspec.Struct):
    """A recipe that has not ended."""

    recipe: Recipe
    submitted: int
    window_start_us: int
    window_end_us: int


class Running(msgspec.Struct):
    """The recipe that is carried out."""

    recipe_id: str
    started: int
    index: int = 0  # of the operation that began last
    beside: str = ""  # another recipe that had not ended when this one started
    beside_started: int = 0


class Order(msgspec.Struct, frozen=True):
    """Where a device was told to go: ICRS degrees, azimuth, or millimetres."""

    position: int  # in the log
    goal: tuple[float, ...]


class Known(msgspec.Struct):
    """The observatory after the events so far."""

    hardware: Hardware = msgspec.field(default_factory=Hardware)
    at: dict[str, int] = {}  # position of the newest reading of each device
    same_weather: int = 0  # how many weather readings in a row, up to the newest, are alike
    latest_us: int = 0  # the newest time of any event
    plan: system.NightPlanned | None = None
    phase: str = ""
    phase_at: int = 0  # position
    exposing: Exposing | None = None
    calibrations: list[Calibration] = []  # of this night
    recipes: dict[str, OpenRecipe] = {}
    running: Running | None = None
    orders: dict[str, Order] = {}  # of mount, dome rotation, focus, until it obeyed, broke or was cut off
    processes: dict[str, dict[int, int]] = {}  # process to those alive: pid to position of its start
    unheard: bool = False  # the night's process is silent: nobody records what the devices say
    power_us: int = 0  # when the power supply was last read
    heard_us: int = 0  # when it was taken up again, after such a silence
    no_room: list[str] = []  # storages without room to go on observing
    unreduced: int = 0  # chip-cubes in the reduction queue or being reduced

    def evidence(self, *devices: str) -> tuple[int, ...]:
        """Positions of the newest readings of these devices."""
        return tuple(self.at[device] for device in devices if device in self.at)

    @property
    def on_sky(self) -> Exposing | None:
        """The exposure that looks at the sky now."""
        return self.exposing if self.exposing is not None and self.exposing.on_sky else None


def _read(known: Known, recorded: Recorded, event: Event) -> None:
    hardware.evolve(known.hardware, recorded)
    device = hardware.READINGS.get(type(event))
    if device is not None:
        known.at[device] = recorded.position
        if getattr(event, "state", "") == "fault":
            known.orders.pop(device, None)
    elif isinstance(event, telescope.DeviceUnreachable | telescope.DeviceCommandFailed):
        known.orders.pop(event.device, None)


def _ordered(known: Known, recorded: Recorded, event: Event) -> None:
    match event:
        case telescope.MountSlewCommanded():
            known.orders["mount"] = Order(recorded.position, (event.ra_deg, event.dec_deg))
        case telescope.DomeRotationCommanded():
            known.orders["dome_rotation"] = Order(recorded.position, (event.azimuth_deg,))
        case telescope.FocusCommanded():
            known.orders["focus"] = Order(recorded.position, (event.position_mm,))
        case _:  # parked, or told to stop: it goes nowhere else any more
            known.orders.pop(event.stream(), None)


def _mount(known: Known, recorded: Recorded, event: telescope.MountRead) -> None:
    _read(known, recorded, event)
    order = known.orders.get("mount")
    if order is not None and event.state == "tracking":
        ra_deg, dec_deg = order.goal
        off = abs(event.target_ra_deg - ra_deg), abs(event.target_dec_deg - dec_deg)
        _obeyed(known, "mount", max(off) <= _SAME_TARGET_DEG)


def _dome(known: Known, recorded: Recorded, event: telescope.DomeRotationRead) -> None:
    _read(known, recorded, event)
    order = known.orders.get("dome_rotation")
    if order is not None and event.state == "still":
        off = abs((event.azimuth_deg - order.goal[0] + 180.0) % 360.0 - 180.0)
        _obeyed(known, "dome_rotation", off <= DOME_TOLERANCE_DEG)


def _focus(known: Known, recorded: Recorded, event: telescope.FocusRead) -> None:
    _read(known, recorded, event)
    order = known.orders.get("focus")
    if order is not None and event.state == "still":
        _obeyed(known, "focus", abs(event.position_mm - order.goal[0]) <= FOCUS_TOLERANCE_MM)


def _obeyed(known: Known, device: str, there: bool) -> None:
    if there:
        del known.orders[device]


def _power(known: Known, recorded: Recorded, event: telescope.PowerRead) -> None:
    known.power_us = recorded.time
    known.at["power"] = recorded.position


def _weather(known: Known, recorded: Recorded, event: Event) -> None:
    known.same_weather = known.same_weather + 1 if event == known.hardware.weather else 1
    _read(known, recorded, event)


def _made_safe(known: Known, recorded: Recorded, event: safety.TelescopeMadeSafe) -> None:
    """The sensors said so to somebody else; the night's process may not be there to record their readings."""
    said: list[Event] = [telescope.DomeSlitRead(state="closed"), telescope.MirrorCoverRead(state="closed")]
    for reading in said:
        device = hardware.READINGS[type(reading)]
        setattr(known.hardware, device, reading)
        known.hardware.read_at[device] = recorded.time
        known.at[device] = recorded.position


def _fell_silent(known: Known, recorded: Recorded, event: safety.ProcessFellSilent) -> None:
    known.unheard |= event.process == EXECUTOR


def _heard_again(known: Known, recorded: Recorded, event: safety.ProcessHeardAgain) -> None:
    if event.process == EXECUTOR:
        known.unheard, known.heard_us = False, recorded.time


def _planned(known: Known, recorded: Recorded, event: system.NightPlanned) -> None:
    known.plan, known.phase, known.phase_at = event, "", recorded.position
    known.calibrations = []
    known.same_weather = 0
    known.unheard, known.power_us = False, 0
    _taken_over(known, recorded, event)


def _taken_over(known: Known, recorded: Recorded, event: Event) -> None:
    """Only the newest process of a name goes on: the one before it was killed."""
    known.processes = {name: dict([*alive.items()][-1:]) for name, alive in known.processes.items()}


def _resumed(known: Known, recorded: Recorded, event: system.NightResumed) -> None:
    """What was exposed or ordered when the system stopped is cut off: nobody waits for it any more."""
    known.unheard, known.heard_us = False, recorded.time
    _taken_over(known, recorded, event)
    known.orders.clear()
    if known.exposing is not None:
        known.exposing.abort_asked = True


def _phase(known: Known, recorded: Recorded, event: system.NightPhaseEntered) -> None:
    known.phase, known.phase_at = event.phase, recorded.position


def _submitted(known: Known, recorded: Recorded, event: recipe.RecipeSubmitted) -> None:
    opened = OpenRecipe(event.recipe, recorded.position, event.window_start_us, event.window_end_us)
    known.recipes.setdefault(event.recipe_id, opened)


def _started(known: Known, recorded: Recorded, event: recipe.RecipeStarted) -> None:
    former = known.running
    known.running = Running(event.recipe_id, recorded.position)
    if former is not None and former.recipe_id != event.recipe_id:
        known.running.beside, known.running.beside_started = former.recipe_id, former.started


def _operation(known: Known, recorded: Recorded, event: recipe.OperationStarted) -> None:
    if known.running is not None and known.running.recipe_id == event.recipe_id:
        known.running.index = event.index


def _interrupted(known: Known, recorded: Recorded, event: recipe.RecipeEvent) -> None:
    if known.running is not None and known.running.recipe_id == event.recipe_id:
        known.running = None


def _recipe_over(known: Known, recorded: Recorded, event: recipe.RecipeEvent) -> None:
    known.recipes.pop(event.recipe_id, None)
    _interrupted(known, recorded, event)


def _requested(known: Known, recorded: Recorded, event: camera.ExposureRequested) -> None:
    known.exposing = Exposing(event, recorded.position)


def _exposure_started(known: Known, recorded: Recorded, event: camera.ExposureStarted) -> None:
    exposing = known.exposing
    if exposing is not None and exposing.request.exposure_number == event.exposure_number:
        asked = exposing.request
        exposing.started, exposing.start_us = recorded.position, event.start_us
        length = asked.frames * frame_seconds(asked.exposure_seconds)
        exposing.end_us = event.start_us + round(length * SECOND)
        focus = known.hardware.focus
        exposing.focus_mm = focus.position_mm if focus is not None else None


def _abort_asked(known: Known, recorded: Recorded, event: camera.ExposureAbortRequested) -> None:
    exposing = known.exposing
    if exposing is not None and exposing.request.exposure_number == event.exposure_number:
        exposing.abort_asked = True


def _finished(known: Known, recorded: Recorded, event: camera.ExposureFinished) -> None:
    exposing = known.exposing
    if exposing is None or exposing.request.exposure_number != event.exposure_number:
        return
    asked = exposing.request
    taken = Calibration(asked.data_type, asked.gain, asked.exposure_seconds)
    if asked.data_type != "OBJECT" and taken not in known.calibrations:
        known.calibrations.append(taken)
    known.exposing = None


def _aborted(known: Known, recorded: Recorded, event: camera.ExposureAborted) -> None:
    if known.exposing is not None and known.exposing.request.exposure_number == event.exposure_number:
        known.exposing = None


def _process_started(known: Known, recorded: Recorded, event: system.ProcessStarted) -> None:
    alive = list(known.processes.get(event.process, {}).items())
    known.processes[event.process] = dict([*alive[-1:], (event.pid, recorded.position)])


def _process_stopped(known: Known, recorded: Recorded, event: system.ProcessStopped) -> None:
    alive = known.processes.get(event.process, {})
    alive.pop(event.pid, None)
    if not alive:
        known.processes.pop(event.process, None)


def _queued(known: Known, recorded: Recorded, event: reduction.ReductionQueued) -> None:
    known.unreduced += len(event.frame_ids)


def _reduced(known: Known, recorded: Recorded, event: Event) -> None:
    known.unreduced = max(0, known.unreduced - 1)  # a result may come a second time, after a lost lease


def _failed(known: Known, recorded: Recorded, event: reduction.ReductionFailed) -> None:
    known.unreduced = max(0, known.unreduced - event.given_up)


def _storage(known: Known, recorded: Recorded, event: system.StorageRead) -> None:
    chips = len(known.plan.chips) if known.plan is not None else 0
    before = event.storage in known.no_room
    after = has_no_room(event, chips, before=before)
    if after and not before:
        known.no_room.append(event.storage)
    elif before and not after:
        known.no_room.remove(event.storage)


def _making_safe(known: Known, recorded: Recorded, event: safety.MakingSafeBegun) -> None:
    """Who closes and parks spoils the exposure knowingly, also when nobody is there to abort it."""
    if known.exposing is not None:
        known.exposing.abort_asked = True


Handler = Callable[[Known, Recorded, Any], None]

HANDLERS: dict[type[Event], Handler] = {
    **dict.fromkeys(hardware.EVENT_TYPES, _read),
    weather.WeatherRead: _weather,
    telescope.PowerRead: _power,
    telescope.MountRead: _mount,
    telescope.DomeRotationRead: _dome,
    telescope.FocusRead: _focus,
    telescope.MountSlewCommanded: _ordered,
    telescope.MountParkCommanded: _ordered,
    telescope.MountStopCommanded: _ordered,
    telescope.DomeRotationStopCommanded: _ordered,
    telescope.FocusStopCommanded: _ordered,
    telescope.DomeRotationCommanded: _ordered,
    telescope.FocusCommanded: _ordered,
    system.NightPlanned: _planned,
    system.NightResumed: _resumed,
    system.NightPhaseEntered: _phase,
    recipe.RecipeSubmitted: _submitted,
    recipe.RecipeStarted: _started,
    recipe.OperationStarted: _operation,
    recipe.RecipeCompleted: _recipe_over,
    recipe.RecipeCancelled: _recipe_over,
    recipe.RecipeExpired: _recipe_over,
    recipe.RecipeInterrupted: _interrupted,
    recipe.RecipeReturnedToPool: _interrupted,
    camera.ExposureRequested: _requested,
    camera.ExposureStarted: _exposure_started,
    camera.ExposureAbortRequested: _abort_asked,
    camera.ExposureFinished: _finished,
    camera.ExposureAborted: _aborted,
    safety.MakingSafeBegun: _making_safe,
    safety.TelescopeMadeSafe: _made_safe,
    safety.ProcessFellSilent: _fell_silent,
    safety.ProcessHeardAgain: _heard_again,
    system.StorageRead: _storage,
    system.ProcessStarted: _process_started,
    system.ProcessStopped: _process_stopped,
    reduction.ReductionQueued: _queued,
    reduction.ReductionFinished: _reduced,
    reduction.ReductionFailed: _failed,
}
"""What changes what is known, by event type."""
