"""The state of control: night, weather, pool, queue, running recipe, hardware; folded in `evolution`."""

from __future__ import annotations

from typing import Literal

import msgspec

from tomoe_es.control.hardware import Hardware
from tomoe_es.events import camera, safety, system
from tomoe_es.recipe.model import Recipe
from tomoe_es.recipe.operation import Settings, Situation
from tomoe_es.scheduling.sky import sun_altitude

Outcome = Literal["completed", "cancelled", "expired"]


class OpenRecipe(msgspec.Struct):
    """A recipe that has not ended yet."""

    recipe_id: str
    recipe: Recipe
    position: int  # of its submission
    submitted_us: int
    submitted_by: str
    window_start_us: int
    window_end_us: int
    direct: bool
    exposures_done: list[str] = []
    returns: int = 0  # how often it went back to the pool since an exposure of it was last finished


class Execution(msgspec.Struct):
    """The recipe being carried out. `operation_started` is 0 between two operations."""

    recipe_id: str
    position: int  # of the event that led here: the start of recipe or operation, or the end of an operation
    started_us: int
    settings: Settings
    exposures_done: list[str]
    index: int = 0
    operation_started: int = 0
    deadline: int = 0
    cut_off: bool = False  # the process that began it is gone


class WeatherState(msgspec.Struct):
    """What the readings have come to."""

    safe: bool = False
    cloudy: bool = False
    sky_known: bool = False  # cloudy or clear was told tonight
    good_since: int = 0  # since when every limit is kept; 0: it is not
    clear_since: int = 0
    cloud_since: int = 0
    same_readings: int = 0  # how many in a row, up to the newest, are alike in every field
    closed_at: int = 0  # when mirror cover or dome slit was last told to close
    closings: int = 0  # how often danger interrupted observing, since the night or a person began it
    budget_told: bool = False  # that no re-opening is left


class OpenExposure(msgspec.Struct):
    """An exposure whose chips are not all accounted for yet."""

    request: camera.ExposureRequested
    position: int
    state: Literal["requested", "exposing", "finished"] = "requested"
    acquired: list[str] = []
    accounted: list[str] = []  # frame ids that are buffered or lost


class Hand(msgspec.Struct, frozen=True):
    """Whose hand is on the queue: who stopped it, how, why and since when."""

    who: str
    how: Literal["stop", "abort", "emergency"]
    why: str
    since_us: int


class BreakingOff(msgspec.Struct, frozen=True):
    """A person wants everything broken off at once; what control does about it is not in the log yet."""

    who: str
    how: Literal["abort", "emergency"]
    why: str
    position: int


class MadeSafe(msgspec.Struct, frozen=True):
    """The second way to the telescope has closed it."""

    by: safety.MadeSafeBy
    reasons: list[str]
    at_us: int


class NightState(msgspec.Struct):
    """Course of the night. A role is what a daily recipe is for, such as 'start up'."""

    plan: system.NightPlanned | None = None
    phase: str = ""
    phase_since: int = 0
    position: int = 0  # of the last event of the night
    roles: dict[str, str] = {}  # recipe id to role, of recipes issued by the night's course
    outcomes: dict[str, tuple[Outcome, int]] = {}  # role to how its last recipe ended, and when


class Control(msgspec.Struct):
    """Everything that control decides on."""

    hardware: Hardware
    night: NightState
    weather: WeatherState
    recipes: dict[str, OpenRecipe] = {}
    pool: list[str] = []
    queue: list[str] = []
    running: bool = True  # the executor takes recipes from the queue
    hand: Hand | None = None  # None while it runs
    breaking_off: BreakingOff | None = None
    suspended: list[str] = []  # why observing is suspended
    danger: bool = False  # that is why it is suspended
    reconciled: bool = False  # the true state of every device was read since this process began
    made_safe: MadeSafe | None = None
    buffer_full: bool = False
    log_full: bool = False
    told: dict[str, tuple[str, int]] = {}  # device to the last command for it, and when
    execution: Execution | None = None
    idle_since: int = 0
    last_exposure_number: int = 0
    exposures: dict[int, OpenExposure] = {}
    unconfirmed: dict[str, OpenRecipe] = {}  # complete, but not all of their exposures are transferred


def initial() -> Control:
    """Before the first event."""
    return Control(hardware=Hardware(), night=NightState(), weather=WeatherState())


def situation(state: Control, now: int) -> Situation:
    """What the running recipe's operations may look at."""
    execution = state.execution
    assert execution is not None, "no recipe is being carried out"
    opened = state.recipes[execution.recipe_id]
    return Situation(
        now=now,
        started=execution.operation_started or now,
        hardware=state.hardware,
        settings=execution.settings,
        weather_safe=state.weather.safe,
        sun_altitude=sun_altitude,
        recipe_id=execution.recipe_id,
        of_schedule=execution.recipe_id in state.night.roles,
        observer=opened.recipe.observer,
        project=opened.recipe.project,
        lane="express" if opened.direct else "default",
        night=state.night.plan.night if state.night.plan else "",
        next_exposure_number=state.last_exposure_number + 1,
        window_end_us=opened.window_end_us,
        observing_end_us=state.night.plan.observing_end_us if state.night.plan else None,
    )
