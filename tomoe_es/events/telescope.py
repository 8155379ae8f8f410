"""Events of the telescope, its dome and their lock: commands, and the devices' own readings."""

from __future__ import annotations

from typing import Literal

from tomoe_es.events.base import Event


class MountEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event of the equatorial mount."""

    def stream(self) -> str:
        return "mount"


class MountSlewCommanded(MountEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The mount was told to go to a position (ICRS) and track it."""

    ra_deg: float
    dec_deg: float


class MountParkCommanded(MountEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The mount was told to go to its park position and stay."""

    reason: str


class MountStopCommanded(MountEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The mount was told to stand still at once, without tracking."""

    reason: str


class MountRead(MountEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The mount's own reading."""

    state: Literal["parked", "parking", "slewing", "settling", "tracking", "stopped", "fault"]
    ra_deg: float  # ICRS
    dec_deg: float
    azimuth_deg: float  # from north through east
    altitude_deg: float
    target_ra_deg: float
    target_dec_deg: float


class DomeSlitEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event of the dome slit."""

    def stream(self) -> str:
        return "dome_slit"


class DomeSlitCommanded(DomeSlitEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The slit was told to open, to close, or to stop where it is."""

    action: Literal["open", "close", "stop"]
    reason: str


class DomeSlitRead(DomeSlitEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The slit's own limit switches; stopped is between them, as it was told."""

    state: Literal["closed", "opening", "open", "closing", "stopped", "fault"]


class DomeRotationEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event of the dome's rotation."""

    def stream(self) -> str:
        return "dome_rotation"


class DomeRotationCommanded(DomeRotationEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The dome was told to bring its slit to an azimuth."""

    azimuth_deg: float


class DomeRotationStopCommanded(DomeRotationEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The dome was told to stand still at once."""

    reason: str


class DomeRotationRead(DomeRotationEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The dome's own azimuth encoder."""

    azimuth_deg: float
    state: Literal["still", "rotating", "fault"]


class MirrorCoverEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event of the mirror cover."""

    def stream(self) -> str:
        return "mirror_cover"


class MirrorCoverCommanded(MirrorCoverEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The mirror cover was told to open, to close, or to stop where it is."""

    action: Literal["open", "close", "stop"]
    reason: str


class MirrorCoverRead(MirrorCoverEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The mirror cover's own limit switches; stopped is between them, as it was told."""

    state: Literal["closed", "opening", "open", "closing", "stopped", "fault"]


class FocusEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event of the focus drive."""

    def stream(self) -> str:
        return "focus"


class FocusCommanded(FocusEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The focus was told to go to a position."""

    position_mm: float


class FocusStopCommanded(FocusEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The focus was told to stand still at once."""

    reason: str


class FocusRead(FocusEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The focus drive's own encoder."""

    position_mm: float
    state: Literal["still", "moving", "fault"]


class PowerRead(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """The power supply's own reading."""

    state: Literal["mains", "battery", "failing"]
    battery_percent: float

    def stream(self) -> str:
        return "power"


class DeviceUnreachable(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """A device does not answer; its last reading is no longer trusted."""

    device: str
    message: str

    def stream(self) -> str:
        return self.device


class DeviceReached(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """A device that did not answer answers again."""

    device: str

    def stream(self) -> str:
        return self.device


class DeviceCommandFailed(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """A device refused a command, or the command could not be delivered."""

    device: str
    command: str
    message: str

    def stream(self) -> str:
        return self.device


class TelescopeLockSet(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """Nothing may move from now on: people work at the telescope."""

    who: str
    why: str
    recipe_id: str = ""  # of the recipe that set it; empty: a person did
    of_schedule: bool = False  # that recipe is of the night's own daily work

    def stream(self) -> str:
        return "telescope_lock"


class TelescopeLockReleased(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """The telescope may move again."""

    who: str
    why: str
    recipe_id: str = ""  # of the recipe that released it; empty: a person did

    def stream(self) -> str:
        return "telescope_lock"
