"""The hardware as its own readings tell it: the newest reading of each device, and when it was taken."""

from __future__ import annotations

import msgspec

from tomoe_es.clock import HOUR
from tomoe_es.events import Event, camera, telescope, weather
from tomoe_es.events.envelope import Recorded


class Hardware(msgspec.Struct, kw_only=True):
    """Newest reading of each device; None before the first one. Times are UTC microseconds."""

    mount: telescope.MountRead | None = None
    dome_slit: telescope.DomeSlitRead | None = None
    dome_rotation: telescope.DomeRotationRead | None = None
    mirror_cover: telescope.MirrorCoverRead | None = None
    focus: telescope.FocusRead | None = None
    camera: camera.CameraRead | None = None
    weather: weather.WeatherRead | None = None
    power: telescope.PowerRead | None = None
    read_at: dict[str, int] = {}
    unreachable: dict[str, str] = {}  # device to message
    command_failed: dict[str, tuple[int, str]] = {}  # device to time and message of its last failed command
    locked: bool = True  # the day ends with the lock set
    locked_by: str = ""
    locked_why: str = ""
    locked_recipe: str = ""  # the recipe that set the lock; empty: a person, or nobody yet
    locked_by_schedule: bool = False  # that recipe is of the night's own daily work
    locked_since: int = 0

    def read_since(self, device: str, time_us: int) -> bool:
        """Tell whether the device was read at or after a time and still answers."""
        return device not in self.unreachable and self.read_at.get(device, -1) >= time_us

    def lock_is_free_for(self, recipe_id: str) -> bool:
        """Tell whether a recipe may set or release the lock: it is not set, its own, or the schedule's.

        Names don't count: anybody may write any observer into a recipe.
        """
        own = self.locked_recipe == recipe_id if self.locked_recipe else not self.locked_by
        return not self.locked or own or self.locked_by_schedule

    def answered(self, device: str, time_us: int) -> bool:
        """Tell whether the device was read after a command that was given at a time, and still answers.

        A reading of the very same moment was there before the command.
        """
        return device not in self.unreachable and self.read_at.get(device, -1) > time_us


READINGS: dict[type[Event], str] = {
    telescope.MountRead: "mount",
    telescope.DomeSlitRead: "dome_slit",
    telescope.DomeRotationRead: "dome_rotation",
    telescope.MirrorCoverRead: "mirror_cover",
    telescope.FocusRead: "focus",
    camera.CameraRead: "camera",
    weather.WeatherRead: "weather",
    telescope.PowerRead: "power",
}
"""The device that a reading is of."""
DEVICES: tuple[str, ...] = tuple(READINGS.values())
WRONG_CLOCK = 6 * HOUR
"""A time that is farther ahead of another is that of a wrong clock: nothing is appended so late."""

EVENT_TYPES: frozenset[type[Event]] = frozenset(READINGS) | {
    telescope.DeviceUnreachable,
    telescope.DeviceReached,
    telescope.DeviceCommandFailed,
    telescope.TelescopeLockSet,
    telescope.TelescopeLockReleased,
}
"""What changes the hardware as it is known."""


def is_late(state: Hardware, recorded: Recorded) -> bool:
    """Tell whether a reading was appended after a newer one of its device: it does not tell how it is now.

    A newer one that is very far ahead had a wrong clock, and hides nothing.
    """
    ahead = state.read_at.get(READINGS[type(recorded.payload)], recorded.time) - recorded.time
    return 0 < ahead <= WRONG_CLOCK


def evolve(state: Hardware, recorded: Recorded) -> Hardware:
    """Take one event in; the state given is changed and returned."""
    event = recorded.payload
    device = READINGS.get(type(event))
    if device is not None:
        if is_late(state, recorded):
            return state
        setattr(state, device, event)
        state.read_at[device] = recorded.time
        return state
    match event:
        case telescope.DeviceUnreachable():
            state.unreachable[event.device] = event.message
        case telescope.DeviceReached():
            state.unreachable.pop(event.device, None)
        case telescope.DeviceCommandFailed():
            state.command_failed[event.device] = (recorded.time, event.message)
        case telescope.TelescopeLockSet():
            state.locked, state.locked_by = True, event.who
            state.locked_why, state.locked_since = event.why, recorded.time
            state.locked_recipe, state.locked_by_schedule = event.recipe_id, event.of_schedule
        case telescope.TelescopeLockReleased():
            state.locked, state.locked_by, state.locked_why, state.locked_since = False, "", "", 0
            state.locked_recipe, state.locked_by_schedule = "", False
        case _:
            pass
    return state
