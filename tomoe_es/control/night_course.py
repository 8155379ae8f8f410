"""The course of a night: issues the recipes of daily work at their times, and goes from phase to phase."""

from __future__ import annotations

from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.control import evolution
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.control.state import Control, NightState
from tomoe_es.events import Event, queue, recipe, system, telescope, weather
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import NIGHT_OVER, NightPhase, NightPlanned
from tomoe_es.night import night_span
from tomoe_es.recipe.identity import recipe_id as identify
from tomoe_es.recipe.model import Recipe
from tomoe_es.scheduling import daily_recipes
from tomoe_es.scheduling.scheduler import duration_seconds
from tomoe_es.scheduling.sky import sun_altitude

NAME = "night course"
INPUTS: frozenset[type[Event]] = frozenset(
    {
        system.NightPlanned,
        system.NightPhaseEntered,
        system.NightResumed,
        recipe.RecipeCompleted,
        recipe.RecipeCancelled,
        recipe.RecipeExpired,
        weather.WeatherBecameSafe,
        queue.ObservingResumed,
        telescope.DomeSlitRead,
        telescope.MountRead,
    }
)
FLAT_TOO_LATE_DEG = -7.5
"""Altitude of the Sun below which no flat is begun any more: opening and pointing take 7 minutes at the
slowest, in which the Sun sinks to the -9 degrees where twilight flats end."""
PARK_WHEN_IDLE_FOR = 10 * MINUTE
RETRY_AFTER = 2 * MINUTE
GIVE_UP_AFTER_SUNRISE = 60 * MINUTE

_UNLOCK, _START_UP, _DARK, _FLAT = "unlock", "start up", "dark", "flat"
_OPEN, _PARK, _SHUTDOWN, _LOCK = "open", "park", "shutdown", "lock"
_MUST_SUCCEED = {_UNLOCK, _START_UP, _OPEN, _SHUTDOWN, _LOCK}


def decide(state: Control, recorded: Recorded | None, now: int) -> list[Decision]:
    """Enter the next phase when its time has come, and issue what the phase needs."""
    night, plan = state.night, state.night.plan
    if plan is None or night.phase in NIGHT_OVER:
        return []
    events = _next(state, night, plan, now)
    cause = recorded.position if recorded is not None else night.position
    return [Decision(event, cause) for event in events]


def next_wakeup(state: Control, now: int) -> int | None:
    """The next time on the plan, or soon while something is to be tried again."""
    night, plan = state.night, state.night.plan
    if plan is None or night.phase in NIGHT_OVER:
        return None
    milestones = [
        plan.start_up_us,
        plan.calibration_us,
        plan.observing_start_us,
        plan.observing_end_us,
        plan.sunrise_us + GIVE_UP_AFTER_SUNRISE,
    ]
    return min([time for time in milestones if time > now] + [(now // MINUTE + 1) * MINUTE])


def _next(state: Control, night: NightState, plan: NightPlanned, now: int) -> list[Event]:
    if night.phase == "":
        return _enter(plan, "starting_up", "start-up time") if now >= plan.start_up_us else []
    if now >= plan.observing_end_us and night.phase != "shutting_down":
        return _enter(plan, "shutting_down", "end of observing time")
    match night.phase:
        case "starting_up":
            return _issue_in_turn(state, plan, now, [_UNLOCK, _START_UP]) or (
                _enter(plan, "calibrating", "calibration time")
                if _done(night, _START_UP) and now >= plan.calibration_us
                else []
            )
        case "calibrating":
            return _calibrate(state, plan, now)
        case "waiting":
            ready = now >= plan.observing_start_us
            return _enter(plan, "observing", "it is dark enough") if ready else []
        case "observing":
            return _observe(state, plan, now)
        case "shutting_down":
            return _shut_down(state, plan, now)
        case _:
            return []


def _calibrate(state: Control, plan: NightPlanned, now: int) -> list[Event]:
    night = state.night
    if _DARK not in night.outcomes:  # the first time, or under way
        return [] if _issued(night, _DARK) else _issue(plan, now, _DARK)
    too_late = sun_altitude(now) < FLAT_TOO_LATE_DEG
    fit = state.weather.safe and not state.suspended and now >= plan.sunset_us
    if not _issued(night, _FLAT) and not too_late and fit:
        return _issue(plan, now, _FLAT)
    waiting = [each for each in (*state.pool, *state.queue) if night.roles.get(each) == _FLAT]
    if too_late and waiting:
        return [recipe.RecipeExpired(recipe_id=each, reason="twilight is over") for each in waiting]
    if not _done(night, _DARK) and _time_for_darks(plan, now):
        _, failed = night.outcomes[_DARK]
        return _issue(plan, now, _DARK) if now - failed >= RETRY_AFTER else []
    if _FLAT in night.outcomes or (too_late and not _issued(night, _FLAT)):
        missing = " and ".join(role for role in (_DARK, _FLAT) if not _done(night, role))
        why = f"calibration ended without a {missing}" if missing else "calibration is done"
        return _enter(plan, "waiting", why)
    return []


def _time_for_darks(plan: NightPlanned, now: int) -> bool:
    """Tell whether darks that are begun now end before observing starts."""
    return now + round(duration_seconds(daily_recipes.darks(plan)) * SECOND) <= plan.observing_start_us


def _observe(state: Control, plan: NightPlanned, now: int) -> list[Event]:
    hardware = state.hardware
    fit = state.weather.safe and not state.suspended
    slit = hardware.dome_slit
    if fit and state.running and slit is not None and slit.state in ("closed", "stopped"):
        return _issue_again(state, plan, now, _OPEN)
    mount = hardware.mount
    nothing_to_do = state.execution is None and not (fit and state.running and state.queue)
    idle = nothing_to_do and now - state.idle_since >= PARK_WHEN_IDLE_FOR
    if idle and mount is not None and mount.state not in ("parked", "parking", "fault"):
        return _issue_again(state, plan, now, _PARK)
    return []


def _shut_down(state: Control, plan: NightPlanned, now: int) -> list[Event]:
    if state.hardware.locked and not _issued(state.night, _LOCK):
        return _shut_down_locked(state, plan, now)
    events = _issue_in_turn(state, plan, now, [_SHUTDOWN, _LOCK])
    if events:
        outcome, _ = state.night.outcomes.get(_SHUTDOWN, ("completed", 0))
        return events if outcome == "completed" else [*_close_both(), *events]
    if _done(state.night, _LOCK) or (state.hardware.locked and _done(state.night, _SHUTDOWN)):
        return _enter(plan, "ended", "closed, parked and locked")
    if now >= plan.sunrise_us + GIVE_UP_AFTER_SUNRISE and state.execution is None:
        return _enter(plan, "ended", "the shutdown did not succeed: look at the telescope")
    return []


def _shut_down_locked(state: Control, plan: NightPlanned, now: int) -> list[Event]:
    """While somebody has locked the telescope only slit and cover are closed; the mount waits."""
    why = "the night is over, and the telescope is locked"
    closed_at = state.weather.closed_at
    if closed_at < state.night.phase_since:
        return _close_both(why)
    if _reads(state, "mirror_cover", "closed") and _reads(state, "dome_slit", "closed"):
        if _reads(state, "mount", "parked"):
            return _enter(plan, "ended", "closed and parked; the lock was set before")
    elif now - closed_at >= RETRY_AFTER:
        return _close_both(why)
    if now >= plan.sunrise_us + GIVE_UP_AFTER_SUNRISE:
        return _enter(plan, "ended", "the telescope is locked and not parked: look at it")
    return []


def _reads(state: Control, device: str, wanted: str) -> bool:
    """Tell whether a device reads so, since slit and cover were last told to close."""
    answered = state.hardware.answered(device, state.weather.closed_at)
    return answered and getattr(state.hardware, device).state == wanted


def _close_both(why: str = "the shutdown did not succeed") -> list[Event]:
    """A device that fails must not keep the other one open: the recipe ends where it fails."""
    return [
        telescope.MirrorCoverCommanded(action="close", reason=why),
        telescope.DomeSlitCommanded(action="close", reason=why),
    ]


def _issue_in_turn(state: Control, plan: NightPlanned, now: int, roles: list[str]) -> list[Event]:
    """Issue the first of these roles whose turn has come; again, after a while, when it had failed."""
    night = state.night
    for role in roles:
        if not _issued(night, role):
            return _issue(plan, now, role)
        if role not in night.outcomes:
            return []
        outcome, ended = night.outcomes[role]
        if outcome != "completed" and role in _MUST_SUCCEED:
            return _issue(plan, now, role) if now - ended >= RETRY_AFTER else []
    return []


def _issue_again(state: Control, plan: NightPlanned, now: int, role: str) -> list[Event]:
    """Issue a role that recurs through the night, unless one is under way or has just failed."""
    night = state.night
    if _issued(night, role):
        if role not in night.outcomes:
            return []
        outcome, ended = night.outcomes[role]
        if outcome != "completed" and now - ended < RETRY_AFTER:
            return []
    return _issue(plan, now, role)


def _issued(night: NightState, role: str) -> bool:
    return role in night.roles.values()


def _done(night: NightState, role: str) -> bool:
    return role in night.outcomes and night.outcomes[role][0] == "completed"


def _enter(plan: NightPlanned, phase: NightPhase, reason: str) -> list[Event]:
    return [system.NightPhaseEntered(night=plan.night, phase=phase, reason=reason)]


def _issue(plan: NightPlanned, now: int, role: str) -> list[Event]:
    made = _recipe_for(role, plan, now)
    identity = identify(made, now)
    start, end = night_span(plan.night)
    return [
        system.DailyRecipeIssued(night=plan.night, role=role, recipe_id=identity),
        recipe.RecipeSubmitted(
            recipe_id=identity,
            recipe=made,
            source="",
            source_name=NAME,
            submitted_by=daily_recipes.ISSUER,
            window_start_us=start,
            window_end_us=end,
            direct=True,
        ),
    ]


def _recipe_for(role: str, plan: NightPlanned, now: int) -> Recipe:
    match role:
        case "unlock":
            return daily_recipes.set_lock(False)
        case "start up":
            return daily_recipes.start_up()
        case "dark":
            return daily_recipes.darks(plan)
        case "flat":
            return daily_recipes.flats(plan, now)
        case "open":
            return daily_recipes.open_dome()
        case "park":
            return daily_recipes.park_while_idle()
        case "shutdown":
            return daily_recipes.shutdown()
        case "lock":
            return daily_recipes.set_lock(True)
        case _:
            raise ValueError(f"no recipe of daily work has the role '{role}'")


def decider(fold: Fold) -> Decider:
    """The course of the night over the state of control."""
    assert fold.evolve is evolution.evolve, "the course of the night decides on the state of control"
    return Decider(NAME, fold, INPUTS, decide, next_wakeup)
