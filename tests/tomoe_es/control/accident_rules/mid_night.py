"""What the tests of the nine rules share: a recipe in mid-exposure, and what may break in on it."""

from __future__ import annotations

import msgspec

from tests.tomoe_es.control.observatory import NIGHT, Observatory, survey
from tomoe_es.events import Event, camera, safety, system, telescope, weather
from tomoe_es.events.queue import QueueAbortRequested

CLOSED = {"dome_slit": "closed", "mirror_cover": "closed"}
AWAY = {**CLOSED, "mount": "parked"}
PUT_BACK = ["RecipeInterrupted", "RecipeReturnedToPool"]


def states(night: Observatory, *devices: str) -> dict[str, str]:
    """What the devices read."""
    return {device: getattr(night.control.hardware, device).state for device in devices}


def observing(night: Observatory, exposures: int = 3) -> str:
    """A recipe in the middle of its second exposure; returns its id."""
    identity = night.submit(survey(exposures, at="17:40"), direct=False)
    night.run_until_seen(camera.ExposureStarted, times=2)
    night.run_for(2)
    return identity


def since(night: Observatory, position: int, *kinds: type[Event]) -> list[Event]:
    return [each.payload for each in night.of(*kinds) if each.position > position]


def weather_of(night: Observatory, *, rain: bool) -> weather.WeatherRead:
    reading = night.control.hardware.weather
    assert reading is not None
    return msgspec.structs.replace(reading, rain=rain)


def rain(night: Observatory) -> None:
    night.record(weather_of(night, rain=True))


def lock(night: Observatory) -> None:
    night.record(telescope.TelescopeLockSet(who="bob", why="work in the dome"))


def abort(night: Observatory) -> None:
    night.record(QueueAbortRequested(who="bob", why="smoke"))


def emergency(night: Observatory) -> None:
    night.record(safety.MakingSafeBegun(by="emergency", who="bob", reasons=["smoke"], begun_us=1))


def guardian(night: Observatory) -> None:
    night.record(
        safety.MakingSafeBegun(by="guardian", who="guardian", reasons=["executor silent"], begun_us=1)
    )


def broken(night: Observatory) -> None:
    night.fault("camera", "fail")


def over(night: Observatory) -> None:
    night.record(system.NightPhaseEntered(night=NIGHT, phase="shutting_down", reason="test"))
