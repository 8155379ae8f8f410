"""Making the telescope safe, for emergency and guardian: what to command next, judged by the sensors.

Mirror cover and dome slit are told to close, the mount to stop and to park, at once and whatever they seem to
be. What does not obey is told again, until its own sensor, read since the first command, calls it safe. While
the telescope is locked, people are at it: then the mount is stopped, and is safe as soon as it stands.
"""

from __future__ import annotations

import msgspec

from tomoe_es.clock import SECOND
from tomoe_es.control.hardware import Hardware
from tomoe_es.events import Event, telescope

REPEAT_AFTER = 5 * SECOND
"""What does not move as it should is told again so often."""
MOVING_FOR = 60 * SECOND
"""What says that it is on the way is told again so often."""
LIMIT = 180 * SECOND
"""By then it should be safe: the slit takes 40 s, the longest way of the mount 95 s."""

SAFE_STATES = {"dome_slit": "closed", "mirror_cover": "closed", "mount": "parked"}
"""By device, in the order in which they are commanded: what its own reading must say."""
STANDS = ("parked", "stopped", "fault")
"""What the reading of a locked mount must say."""
_ON_THE_WAY = ("closing", "parking")


class Making(msgspec.Struct):
    """The telescope is being made safe."""

    reasons: list[str]
    begun_us: int
    attempts: int = 0
    commanded_us: dict[str, int] = {}  # by device: its newest command
    overdue_us: int = 0  # when it was last told that this takes too long


def begin(reasons: list[str], now_us: int) -> Making:
    """Begin now; the first commands are those of the first `next_commands`."""
    return Making(reasons=reasons, begun_us=now_us, overdue_us=now_us)


def next_commands(making: Making, seen: Hardware, now_us: int) -> list[Event]:
    """Commands that are due now; the state given notes them."""
    due = [device for device in SAFE_STATES if _is_due(making, seen, device, now_us)]
    why, first = ", ".join(making.reasons), not making.commanded_us
    if due:
        making.attempts += 1
    making.commanded_us |= dict.fromkeys(due, now_us)
    commands = [_command(device, why, locked=seen.locked) for device in due]
    if first and not seen.locked:  # closing must not wait, and nothing else may be under way meanwhile
        commands.insert(len(commands) - 1, telescope.MountStopCommanded(reason=why))
    return commands


def not_safe(making: Making, seen: Hardware) -> list[str]:
    """Each device that its sensor does not call safe, and why; empty when the telescope is safe."""
    told = {device: _trouble(making, seen, device) for device in SAFE_STATES}
    return [f"{device}: {trouble}" for device, trouble in told.items() if trouble]


def left_alone(seen: Hardware) -> str:
    """What is not touched because the telescope is locked, for people; empty when nothing is."""
    if not seen.locked:
        return ""
    why = f" ({seen.locked_why})" if seen.locked_why else ""
    state = seen.mount.state if seen.mount is not None else "never read"
    return f"mount: {state}, and left so, because {seen.locked_by or 'somebody'} has locked it{why}"


def is_overdue(making: Making, now_us: int) -> bool:
    """Tell, once for each passing of the limit, that it should have been safe by now."""
    if now_us - making.overdue_us < LIMIT:
        return False
    making.overdue_us = now_us
    return True


def _is_due(making: Making, seen: Hardware, device: str, now_us: int) -> bool:
    commanded = making.commanded_us.get(device)
    if commanded is None:
        return True
    trouble = _trouble(making, seen, device)
    on_the_way = trouble in _ON_THE_WAY and not _only_stops(device, seen.locked)
    pause = MOVING_FOR if on_the_way else REPEAT_AFTER
    return bool(trouble) and now_us - commanded >= pause


def _trouble(making: Making, seen: Hardware, device: str) -> str:
    """Why a device is not safe; empty when it is."""
    if device in seen.unreachable:
        return "does not answer"
    reading = getattr(seen, device)
    if reading is None:
        return "never read"
    if seen.read_at[device] <= making.begun_us:
        return f"not read since it was commanded, last {reading.state}"
    safe = STANDS if _only_stops(device, seen.locked) else (SAFE_STATES[device],)
    return "" if reading.state in safe else str(reading.state)


def _only_stops(device: str, locked: bool) -> bool:
    """Tell whether people are at what would move: it is stopped, and does not go where it is safe."""
    return device == "mount" and locked


def _command(device: str, why: str, *, locked: bool) -> Event:
    match device:
        case _ if _only_stops(device, locked):
            return telescope.MountStopCommanded(reason=why)
        case "dome_slit":
            return telescope.DomeSlitCommanded(action="close", reason=why)
        case "mirror_cover":
            return telescope.MirrorCoverCommanded(action="close", reason=why)
        case _:
            return telescope.MountParkCommanded(reason=why)
