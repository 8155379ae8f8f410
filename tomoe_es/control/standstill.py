"""Sees to it that what must stand still does: everything while the lock is set, and all of it after an abort.

It goes by the devices' own readings, and tells again what does not obey. Slit and cover that are closing are
left alone: closing is allowed whatever else is forbidden.
"""

from __future__ import annotations

from tomoe_es.clock import MINUTE
from tomoe_es.control import evolution
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.control.hardware import READINGS
from tomoe_es.control.state import Control
from tomoe_es.events import Event, queue, safety, system, telescope
from tomoe_es.events.envelope import Recorded

NAME = "standstill watch"
INPUTS: frozenset[type[Event]] = frozenset(READINGS) | {
    telescope.TelescopeLockSet,
    telescope.TelescopeLockReleased,
    telescope.DeviceReached,
    queue.QueuePaused,
    system.NightResumed,
    safety.DevicesReconciled,
}
TELL_AGAIN_AFTER = MINUTE

_AT_REST: dict[str, tuple[str, ...]] = {
    "mount": ("parked", "stopped", "fault"),
    "dome_rotation": ("still", "fault"),
    "focus": ("still", "fault"),
    "mirror_cover": ("closed", "closing", "open", "stopped", "fault"),
    "dome_slit": ("closed", "closing", "open", "stopped", "fault"),
}
_PUT_AWAY: dict[str, tuple[str, ...]] = {
    "mirror_cover": ("closed", "closing"),
    "dome_slit": ("closed", "closing"),
    "mount": ("parked", "parking"),
}


def decide(state: Control, recorded: Recorded | None, now: int) -> list[Decision]:
    """Tell every device that is not as it must be, unless it was told so a short while ago."""
    cause = recorded.position if recorded is not None else state.night.position
    wanted = _wanted(state)
    due = [command for device, command in wanted.items() if now >= _due(state, device, command)]
    return [Decision(command, cause) for command in due]


def next_wakeup(state: Control, now: int) -> int | None:
    """When to tell again what has not obeyed."""
    wanted = _wanted(state)
    return min((max(now, _due(state, device, wanted[device])) for device in wanted), default=None)


def _wanted(state: Control) -> dict[str, Event]:
    """The command for each device that is not as it must be; one that does not answer waits until it does."""
    hardware, hand = state.hardware, state.hand
    wanted: dict[str, Event] = {}
    if hardware.locked:
        reason = f"the telescope is locked by {hardware.locked_by}: {hardware.locked_why}"
        moving = [device for device in _AT_REST if not _is_left_alone(state, device)]
        wanted |= {device: _stop(device, reason) for device in moving}
    if hand is not None and hand.how != "stop":
        reason = f"{hand.how} by {hand.who}: {hand.why}"
        away = {
            "mirror_cover": telescope.MirrorCoverCommanded(action="close", reason=reason),
            "dome_slit": telescope.DomeSlitCommanded(action="close", reason=reason),
        }
        if hand.how == "abort" and state.reconciled and not hardware.locked:
            away["mount"] = telescope.MountParkCommanded(reason=reason)
        wanted |= {
            device: command
            for device, command in away.items()
            if not _reads(state, device, _PUT_AWAY[device])
        }
    return {
        device: command
        for device, command in wanted.items()
        if device in hardware.read_at and device not in hardware.unreachable
    }


def _is_left_alone(state: Control, device: str) -> bool:
    """Tell whether the device stands still, or was told to close."""
    told, _ = state.told.get(device, ("", -1))
    return told == "close" or _reads(state, device, _AT_REST[device])


def _reads(state: Control, device: str, states: tuple[str, ...]) -> bool:
    """Tell whether the device reads one of the states, since it was last told anything."""
    _, told_at = state.told.get(device, ("", -1))
    reading = getattr(state.hardware, device)
    return state.hardware.answered(device, told_at) and reading.state in states


def _due(state: Control, device: str, command: Event) -> int:
    """When the command is to be given: at once, or some time after it was given last."""
    known, told_at = state.told.get(device, ("", 0))
    again = known == getattr(command, "action", type(command).__name__)
    return told_at + TELL_AGAIN_AFTER if again else 0


def _stop(device: str, reason: str) -> Event:
    match device:
        case "mount":
            return telescope.MountStopCommanded(reason=reason)
        case "dome_rotation":
            return telescope.DomeRotationStopCommanded(reason=reason)
        case "focus":
            return telescope.FocusStopCommanded(reason=reason)
        case "mirror_cover":
            return telescope.MirrorCoverCommanded(action="stop", reason=reason)
        case _:
            return telescope.DomeSlitCommanded(action="stop", reason=reason)


def decider(fold: Fold) -> Decider:
    """The standstill watch over the state of control."""
    assert fold.evolve is evolution.evolve, "the standstill watch decides on the state of control"
    return Decider(NAME, fold, INPUTS, decide, next_wakeup)
