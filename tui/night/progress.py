"""Progress of a night as plain lines, for a terminal without dashboard or a log file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from tomoe_es.clock import to_datetime
from tomoe_es.control.ports import Effects
from tomoe_es.events import (
    Event,
    camera,
    monitor,
    queue,
    recipe,
    reduction,
    safety,
    system,
    telescope,
    transfer,
    weather,
)
from tomoe_es.events.envelope import Recorded
from tomoe_es.night import JST
from tui.cli_errors import discard_output

_PAUSED = {
    "stop": "STOPPED after this recipe",
    "abort": "STOPPED for an abort",
    "emergency": "STOPPED for an emergency",
}


def _by(who: str) -> str:
    return f" by {who}" if who else ""


def _because(why: str) -> str:
    return f": {why}" if why else ""


_TEXT: dict[type[Event], Callable[[Any], str]] = {
    system.NightPlanned: lambda e: f"night {e.night} planned: {len(e.chips)} chips, seed {e.seed}",
    system.NightResumed: lambda e: f"night {e.night} resumed after event {e.last_position}",
    system.NightPhaseEntered: lambda e: f"night: {e.phase.replace('_', ' ')} ({e.reason})",
    recipe.RecipeRefused: lambda e: f"recipe {e.source_name} refused: {'; '.join(e.errors)}",
    recipe.RecipeStarted: lambda e: f"recipe {e.recipe_id[:8]} started",
    recipe.RecipeCompleted: lambda e: f"recipe {e.recipe_id[:8]} done",
    recipe.RecipeCancelled: lambda e: f"recipe {e.recipe_id[:8]} CANCELLED: {e.condition}: {e.message}",
    recipe.RecipeInterrupted: lambda e: f"recipe {e.recipe_id[:8]} interrupted: {e.reason}",
    recipe.RecipeExpired: lambda e: f"recipe {e.recipe_id[:8]} expired: {e.reason}",
    recipe.OperationFailed: lambda e: f"operation {e.index + 1} {e.operation} FAILED: {e.condition}",
    camera.ExposureStarted: lambda e: f"exposure {e.exposure_number} started",
    camera.ExposureAborted: lambda e: f"exposure {e.exposure_number} aborted: {e.reason}",
    weather.WeatherBecameUnsafe: lambda e: f"weather UNSAFE: {', '.join(e.reasons)}",
    weather.WeatherBecameSafe: lambda e: "weather safe",
    weather.SkyBecameCloudy: lambda e: f"sky cloudy ({e.sky_temperature_c:.0f} C)",
    weather.SkyBecameClear: lambda e: f"sky clear ({e.sky_temperature_c:.0f} C)",
    queue.QueueStarted: lambda e: f"queue started{_by(e.who)}{_because(e.reason)}",
    queue.QueuePaused: lambda e: f"queue {_PAUSED[e.how]}{_by(e.who)}{_because(e.reason)}",
    queue.QueueAbortRequested: lambda e: f"queue ABORTED{_by(e.who)}{_because(e.why)}",
    queue.ReopeningsUsedUp: lambda e: (
        f"the dome was closed for danger {e.closings} times: a person must start the queue"
    ),
    queue.ObservingSuspended: lambda e: f"observing suspended: {', '.join(e.reasons)}",
    queue.ObservingResumed: lambda e: f"observing resumed: {e.reason}",
    transfer.RingOverwritten: lambda e: f"ring of {e.frame_id} OVERWRITTEN: {e.frames} frames",
    transfer.ChipCubeLost: lambda e: f"cube {e.frame_id} LOST: {e.condition}: {e.message}",
    reduction.ProductArchived: lambda e: f"archived {e.kind} {e.frame_id}",
    reduction.ProductRejected: lambda e: f"rejected {e.kind} {e.frame_id}: {', '.join(e.reasons)}",
    reduction.ReductionFailed: lambda e: f"reduction of {e.frame_id} failed: {e.condition}: {e.message}",
    telescope.DeviceUnreachable: lambda e: f"{e.device} does not answer: {e.message}",
    telescope.DeviceReached: lambda e: f"{e.device} answers again",
    telescope.TelescopeLockSet: lambda e: f"telescope LOCKED{_by(e.who)}{_because(e.why)}",
    telescope.TelescopeLockReleased: lambda e: f"telescope unlocked{_by(e.who)}{_because(e.why)}",
    safety.MakingSafeBegun: lambda e: f"{e.by.upper()} makes the telescope safe: {', '.join(e.reasons)}",
    safety.TelescopeMadeSafe: lambda e: f"telescope made safe by the {e.by} after {e.seconds:.0f} s",
    safety.MakingSafeOverdue: lambda e: f"telescope NOT SAFE YET: {'; '.join(e.not_safe)}",
    safety.ProcessFellSilent: lambda e: f"process {e.process} gives no sign of life",
    safety.ProcessHeardAgain: lambda e: f"process {e.process} is heard again",
    safety.DevicesReconciled: lambda e: "every device was read" + "".join(f"; {d}" for d in e.differences),
    monitor.ViolationDetected: lambda e: f"VIOLATION {e.name}: {e.message}",
    monitor.ViolationAcknowledged: lambda e: f"{e.name} acknowledged{_by(e.who)}{_because(e.why)}",
    monitor.AlarmMuted: lambda e: f"{e.name} muted{_by(e.who)}{_because(e.why)}",
    monitor.ErrorRaised: lambda e: f"ERROR in {e.process}: {e.condition}: {e.message}",
    system.MessagePosted: lambda e: f"message: {e.text}",
}
_PER_CHIP = {
    transfer.RingOverwritten,
    transfer.ChipCubeLost,
    reduction.ProductArchived,
    reduction.ProductRejected,
    reduction.ReductionFailed,
}
_MOST_CHIPS_IN_LINES = 4


class ProgressLines:
    """Prints what a person wants to see pass by; chip by chip only when there are few."""

    def __init__(self, chips: int) -> None:
        self._types = [each for each in _TEXT if chips <= _MOST_CHIPS_IN_LINES or each not in _PER_CHIP]

    def effects(self) -> Effects:
        """Events that make a line."""
        return dict.fromkeys(self._types, self._print)

    def _print(self, recorded: Recorded) -> None:
        moment = to_datetime(recorded.time).astimezone(JST)
        text = _TEXT[type(recorded.payload)](recorded.payload)
        say(f"{moment:%H:%M:%S} JST  #{recorded.position:<7d} {text}\n")


def say(text: str) -> None:
    """Print; when the reader has gone or the disk is full, this and what follows goes nowhere instead."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        discard_output()
