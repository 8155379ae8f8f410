"""What the log tells about the whole observatory, folded once for all rules.

It takes readings and commands at their word and asks no decider, so that a mistake of control shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tomoe_es.control.hardware import Hardware
from tomoe_es.events import Event, camera, system
from tomoe_es.events.camera import DataType
from tomoe_es.events.envelope import Recorded
from tomoe_es.recipe.model import Recipe

EXPOSURE_CHANGES: tuple[type[Event], ...] = (
    *(camera.ExposureStarted, camera.ExposureAbortRequested),
    *(camera.ExposureFinished, camera.ExposureAborted),
)
"""Events with which an exposure of the sky begins or ends."""


STOPPING_SECONDS = 5.0
"""In this time an exposure is broken off once a device tells of its fault, which has a name of its own."""


class Calibration(msgspec.Struct):
    """A dark or flat of this night that was taken whole, of which not every chip's master was refused."""

    exposure_number: int
    data_type: DataType
    gain: str
    exposure_seconds: float
    chips: int  # whose master was not rejected or given up so far


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


class Ahead(msgspec.Struct, frozen=True):
    """An event of another process whose time is far ahead of the night's."""

    time_us: int
    position: int
    event: str  # its type
    actor: str


class Known(msgspec.Struct):
    """The observatory after the events so far."""

    hardware: Hardware = msgspec.field(default_factory=Hardware)
    at: dict[str, int] = {}  # position of the newest reading of each device
    same_weather: int = 0  # how many weather readings in a row, up to the newest, are alike
    latest_us: int = 0  # how late it is in the night: the newest time that is believed
    ahead: Ahead | None = None  # the latest of those that are not believed yet
    names_code: bool = False  # whether events of the night's process name the code that writes them
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
    heard_us: int = 0  # when that was taken up again, after such a silence
    power_us: int = 0  # when the power supply was last read
    no_room: list[str] = []  # storages without room to go on observing
    unreduced: int = 0  # chip-cubes in the reduction queue or being reduced

    def evidence(self, *devices: str) -> tuple[int, ...]:
        """Positions of the newest readings of these devices."""
        return tuple(self.at[device] for device in devices if device in self.at)

    @property
    def on_sky(self) -> Exposing | None:
        """The exposure that looks at the sky now."""
        return self.exposing if self.exposing is not None and self.exposing.on_sky else None


Handler = Callable[[Known, Recorded, Any], None]
"""Takes an event into what is known; also given is the event itself, of the type that it is declared for."""
