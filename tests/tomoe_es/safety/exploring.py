"""A telescope that may obey, be slow, fail or fall silent, watched by the guardian: the model to be explored.

Each step is a second. What is true is kept beside what the sensors say, so that the laws judge the truth.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import ModuleType
from typing import Literal

from tomoe_es.clock import SECOND
from tomoe_es.events import Event, telescope, weather
from tomoe_es.events.safety import MakingSafeBegun, TelescopeMadeSafe
from tomoe_es.safety import guardian as real_guardian
from tomoe_es.scheduling.twilight import night_times

START_US = night_times("2023-12-12").observing_start_us
SUNRISE_US = night_times("2023-12-12").sunrise_us
HEARTBEAT_SECONDS = 30
WEATHER_SECONDS = 10
TRAVEL = {"dome_slit": 40, "mirror_cover": 15, "mount": 90}
"""Seconds from open to closed, and from the farthest place to the park position."""
Health = Literal["well", "slow", "broken", "cut off", "stuck", "dumb"]
"""Stuck is the sensor: it says safe whatever is true; the motor obeys. A dumb
one answers, and is never read."""


class Mistake(AssertionError):
    """A law does not hold."""


@dataclass
class Device:
    """`way` is 0 where it is safe, 1 where it is fully open or far away; `goal` is where it goes."""

    name: str
    way: float = 0.0
    goal: float = 0.0
    health: Health = "well"
    stopped: bool = False

    def move(self) -> None:
        if self.health == "broken":
            self.goal = self.way
            return
        step = (0.25 if self.health == "slow" else 1.0) / TRAVEL[self.name]
        self.way += max(-step, min(step, self.goal - self.way))

    def reading(self) -> Event:
        way = 0.0 if self.health == "stuck" else self.way
        if self.name == "mount":
            state = "parked" if way == 0 else "parking" if self.goal == 0 else "tracking"
            state = "stopped" if self.stopped and way > 0 else state
            return telescope.MountRead(
                state="fault" if self.health == "broken" else state,  # type: ignore[arg-type]
                ra_deg=0,
                dec_deg=0,
                azimuth_deg=0,
                altitude_deg=0,
                target_ra_deg=0,
                target_dec_deg=0,
            )
        moving = "closing" if self.goal < self.way else "opening"
        state = {0.0: "closed", 1.0: "open"}.get(way, moving)
        kind = telescope.DomeSlitRead if self.name == "dome_slit" else telescope.MirrorCoverRead
        return kind(state="fault" if self.health == "broken" else state)  # type: ignore[arg-type]


@dataclass
class World:
    """Telescope, weather, executor and guardian; `guard` is the guardian's module, perhaps with a mistake."""

    guard: ModuleType = real_guardian
    now_us: int = START_US
    rain: bool = False
    weather_mode: Literal["well", "silent", "frozen"] = "well"
    power: Literal["mains", "battery", "failing"] = "mains"
    power_unread: bool = False
    locked: bool = False
    silent_seconds: float = 0.0
    executor_lives: bool = True
    devices: dict[str, Device] = field(default_factory=lambda: {each: Device(each) for each in TRAVEL})
    endangered_seconds: dict[str, int] = field(
        default_factory=dict
    )  # in a row, by cover: open, though it obeys
    _wind: int = 0

    def __post_init__(self) -> None:
        self.state = self.guard.Guardian()
        for device in self.devices.values():
            self._tell(device.reading())
        self._tell(telescope.PowerRead(state=self.power, battery_percent=100.0))
        self._weather()

    # What others do.

    def open(self, name: str) -> None:
        """As the executor does: not while it is dead or locked, nor while the guardian is in charge."""
        if self.executor_lives and not self.locked and self.state.making is None:
            self._command(name, 1.0)

    def emergency(self) -> None:
        """As a person's: everything is told to close and park, and it ends when that was done once."""
        if self.state.making is not None:
            self.guard.give_up_charge(self.state)
        self._tell(MakingSafeBegun(by="emergency", who="a person", reasons=[], begun_us=self.now_us))
        for command in (
            telescope.DomeSlitCommanded(action="close", reason=""),
            telescope.MirrorCoverCommanded(action="close", reason=""),
            telescope.MountStopCommanded(reason="")
            if self.locked
            else telescope.MountParkCommanded(reason=""),
        ):
            self._carry_out(command)

    def set_lock(self, locked: bool) -> None:
        self.locked = locked

    def set_health(self, name: str, health: Health) -> None:
        device = self.devices[name]
        was, device.health = device.health, health
        if was == "cut off" and health != "cut off":
            self._tell(telescope.DeviceReached(device=name))
        elif health == "cut off" and was != "cut off":
            self._tell(telescope.DeviceUnreachable(device=name, message="cut off"))
        if health not in ("cut off", "dumb"):
            self._tell(device.reading())

    def set_power(self, state: Literal["mains", "battery", "failing"]) -> None:
        self.power = state
        self._tell(telescope.PowerRead(state=state, battery_percent=50.0))

    # What passes.

    def second(self) -> None:
        """One second: everything moves and is read, the guardian looks, and the laws are judged."""
        self.now_us += SECOND
        self.silent_seconds = 0.0 if self.executor_lives else self.silent_seconds + 1.0
        before = {name: device.way for name, device in self.devices.items()}
        for name, device in self.devices.items():
            device.move()
            on_the_beat = (self.now_us // SECOND) % HEARTBEAT_SECONDS == 0
            if device.health not in ("cut off", "dumb") and (device.way != before[name] or on_the_beat):
                self._tell(device.reading())
        if (self.now_us // SECOND) % HEARTBEAT_SECONDS == 0 and not self.power_unread:
            self._tell(telescope.PowerRead(state=self.power, battery_percent=50.0))
        if (self.now_us // SECOND) % WEATHER_SECONDS == 0:
            self._weather()
        self._guardian_looks()
        self._judge()

    def _weather(self) -> None:
        if self.weather_mode == "silent":
            return
        self._wind += self.weather_mode == "well"
        self._tell(
            weather.WeatherRead(
                rain=self.rain,
                wind_speed_m_s=1.0 + self._wind % 100 / 100,
                wind_direction_deg=0,
                humidity_percent=50,
                temperature_c=5,
                dome_temperature_c=5,
                sky_temperature_c=-30,
                pressure_hpa=886,
            )
        )

    def _tell(self, event: Event) -> None:
        self.guard.take_in(self.state, event, self.now_us)

    def _guardian_looks(self) -> None:
        self.guard.lock(self.state, "somebody" if self.locked else None, "")
        orders = self.guard.decide(self.state, self.now_us, self.silent_seconds)
        if orders.take_charge:
            self.guard.take_charge(self.state, orders.take_charge, self.now_us)
            orders = self.guard.decide(self.state, self.now_us, self.silent_seconds)
        for command in orders.commands:
            self._carry_out(command)
        for told in orders.tell:
            if isinstance(told, TelescopeMadeSafe):
                self._judge_safe()

    def _carry_out(self, command: Event) -> None:
        match command:
            case telescope.DomeSlitCommanded() | telescope.MirrorCoverCommanded():
                if command.action != "close":
                    raise Mistake(f"the guardian opens: {command}")
                self._command(command.stream(), 0.0)
            case telescope.MountParkCommanded():
                if self.locked:
                    raise Mistake("the guardian moves the mount while somebody has locked it")
                self._command("mount", 0.0)
            case telescope.MountStopCommanded():
                device = self.devices["mount"]
                if device.health not in ("broken", "cut off"):
                    device.goal, device.stopped = device.way, True
                    if device.health != "dumb":
                        self._tell(device.reading())
            case _:
                raise Mistake(f"the guardian commands {command}")

    def _command(self, name: str, goal: float) -> None:
        device = self.devices[name]
        if device.health in ("broken", "cut off"):
            return
        device.goal, device.stopped = goal, False
        if device.health != "dumb":
            self._tell(device.reading())

    # The laws.

    @property
    def is_open(self) -> bool:
        return any(self.devices[name].way > 0 for name in ("dome_slit", "mirror_cover"))

    @property
    def in_danger(self) -> bool:
        """Tell whether nothing may be open now."""
        missing = any(each.health in ("cut off", "dumb") for each in self.devices.values())
        weather_bad = self.rain or self.weather_mode != "well"
        slit = self.devices["dome_slit"]  # nobody can tell of one that is stuck
        daylight = self.now_us > SUNRISE_US + 5 * 60 * SECOND and slit.way > 0 and slit.health != "stuck"
        power_bad = self.power == "failing" or self.power_unread
        return weather_bad or missing or power_bad or daylight or not self.executor_lives

    def _judge_safe(self) -> None:
        for name, device in self.devices.items():
            if name == "mount" and self.locked:
                if device.health != "stuck" and device.goal != device.way:
                    raise Mistake("the locked mount is called safe, and moves")
            elif device.health != "stuck" and device.way > 0:
                raise Mistake(f"{name} is called safe, and is not")

    def _judge(self) -> None:
        for name in ("dome_slit", "mirror_cover"):
            device = self.devices[name]
            harmful = self.in_danger and device.way > 0 and device.health == "well"
            seconds = self.endangered_seconds.get(name, 0) + 1 if harmful else 0
            self.endangered_seconds[name] = seconds
            if seconds > LONGEST_SECONDS:
                raise Mistake(f"{name}: open in danger for {seconds} s, though it obeys")


LONGEST_SECONDS = 260
"""T: a frozen monitor shows after 60 s, 90 s are the weather watch's; a command may be lost for a minute, and
the slit takes 40 s."""
