"""The course of the night, and what made the telescope safe."""

from __future__ import annotations

from tomoe_es.control.evolving.handler import Handler
from tomoe_es.control.state import BreakingOff, Control, MadeSafe, NightState, WeatherState
from tomoe_es.events import Event, safety, system
from tomoe_es.events.envelope import Recorded


def _night_planned(state: Control, recorded: Recorded, event: system.NightPlanned) -> None:
    state.night = NightState(plan=event, position=recorded.position)
    state.weather = WeatherState()
    state.suspended, state.danger, state.made_safe = [], False, None
    state.reconciled = False


def _phase_entered(state: Control, recorded: Recorded, event: system.NightPhaseEntered) -> None:
    state.night.phase, state.night.phase_since = event.phase, recorded.time
    state.night.position = recorded.position


def _role_issued(state: Control, recorded: Recorded, event: system.DailyRecipeIssued) -> None:
    state.night.roles[event.recipe_id] = event.role
    state.night.outcomes.pop(event.role, None)


def _night_resumed(state: Control, recorded: Recorded, event: system.NightResumed) -> None:
    state.reconciled = False
    if state.execution is not None:
        state.execution.cut_off = True


def _reconciled(state: Control, recorded: Recorded, event: safety.DevicesReconciled) -> None:
    state.reconciled = True


def _making_safe(state: Control, recorded: Recorded, event: safety.MakingSafeBegun) -> None:
    state.made_safe = MadeSafe(event.by, list(event.reasons), recorded.time)
    if event.by == "emergency":
        why = ", ".join(event.reasons)
        state.breaking_off = BreakingOff(event.who, "emergency", why, recorded.position)


HANDLERS: dict[type[Event], Handler] = {
    system.NightPlanned: _night_planned,
    system.NightPhaseEntered: _phase_entered,
    system.NightResumed: _night_resumed,
    safety.DevicesReconciled: _reconciled,
    safety.MakingSafeBegun: _making_safe,
    system.DailyRecipeIssued: _role_issued,
}
