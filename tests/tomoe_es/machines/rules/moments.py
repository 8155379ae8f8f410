"""What the stories of rules and deadlines are told with: what is read, commanded and recorded in a night."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.tomoe_es.control.observatory import NIGHT, jst, plan
from tests.tomoe_es.machines.making import make
from tomoe_es.clock import SECOND
from tomoe_es.events import (
    Event,
    camera,
    recipe,
    reduction,
    system,
    telescope,
    transfer,
)
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.weather import WeatherRead
from tomoe_es.recipe.model import OperationCall, Recipe
from tomoe_es.scheduling.sky import equatorial

Moment = tuple[float, Event] | tuple[float, Event, str]
"""Seconds after 20:00 JST, an event, and who recorded it; else the executor."""

START = jst("20:00")
RA, DEC = equatorial(180.0, 70.0, START)


def recorded(moments: Iterable[Moment]) -> list[Recorded]:
    """The moments as they are in a log."""
    return [
        Recorded(
            position=position,
            stream=event.stream(),
            version=0,
            time=START + round(seconds * SECOND),
            correlation=0,
            cause=0,
            code=0,
            actor=actor[0] if actor else "executor",
            payload=event,
        )
        for position, (seconds, event, *actor) in enumerate(moments, 1)
    ]


def night(start_up: str = "20:30", end: str = "05:40") -> system.NightPlanned:
    return plan(start_up=start_up, calibration="20:31", observing="20:32", end=end)


def weather(**fields: Any) -> WeatherRead:
    return make(WeatherRead, **{"sky_temperature_c": -30.0, "humidity_percent": 50.0} | fields)


def mount(state: str = "tracking", **fields: Any) -> telescope.MountRead:
    where = {"ra_deg": RA, "dec_deg": DEC, "azimuth_deg": 180.0, "altitude_deg": 70.0}
    return make(telescope.MountRead, **{"state": state} | where | fields)


def slit(state: str) -> telescope.DomeSlitRead:
    return make(telescope.DomeSlitRead, state=state)


def cover(state: str) -> telescope.MirrorCoverRead:
    return make(telescope.MirrorCoverRead, state=state)


def dome(azimuth_deg: float, state: str = "still") -> telescope.DomeRotationRead:
    return make(telescope.DomeRotationRead, azimuth_deg=azimuth_deg, state=state)


def focus(position_mm: float = 28.13, state: str = "still") -> telescope.FocusRead:
    return make(telescope.FocusRead, position_mm=position_mm, state=state)


def slew(ra_deg: float) -> telescope.MountSlewCommanded:
    return make(telescope.MountSlewCommanded, ra_deg=ra_deg, dec_deg=30.0)


def turn(azimuth_deg: float) -> telescope.DomeRotationCommanded:
    return make(telescope.DomeRotationCommanded, azimuth_deg=azimuth_deg)


def refocus(position_mm: float) -> telescope.FocusCommanded:
    return make(telescope.FocusCommanded, position_mm=position_mm)


def phase(name: str) -> system.NightPhaseEntered:
    return make(system.NightPhaseEntered, night=NIGHT, phase=name)


def asking(operation: str, frames: int, exposure_seconds: float = 0.5) -> Recipe:
    """A recipe of one exposure."""
    return Recipe(
        observer="T. Morokuma",
        project="test",
        priority=0.5,
        time_window=("03:00:00.0", "02:59:59.0"),
        operations=(
            OperationCall("SetParameter", {"gain": "high", "tinteg_sec": exposure_seconds, "nframe": frames}),
            OperationCall(operation, "field"),
        ),
        comment="",
    )


def submitted(name: str = "r", **fields: Any) -> recipe.RecipeSubmitted:
    window = {"window_start_us": START - 3600 * SECOND, "window_end_us": START + 7200 * SECOND}
    return make(
        recipe.RecipeSubmitted, **{"recipe_id": name, "recipe": asking("Exposure", 18)} | window | fields
    )


def of_recipe(kind: type[Event], name: str = "r", **fields: Any) -> Any:
    return make(kind, recipe_id=name, **fields)


def asked(number: int = 1, **fields: Any) -> camera.ExposureRequested:
    wanted = {"data_type": "OBJECT", "gain": "high", "exposure_seconds": 0.5, "frames": 18, "name": "field"}
    return make(
        camera.ExposureRequested,
        **{"exposure_number": number, "recipe_id": "r", "night": NIGHT} | wanted | fields,
    )


def running(seconds: float, name: str = "r", **fields: Any) -> tuple[Moment, ...]:
    """A recipe is carried out, and is about to expose."""
    operation = of_recipe(recipe.OperationStarted, name, index=1, time_limit_seconds=7200.0)
    return (
        (seconds, submitted(name, **fields)),
        (seconds, of_recipe(recipe.RecipeStarted, name)),
        (seconds, operation),
    )


def taken(seconds: float, number: int, kind: str, exposure_seconds: float = 0.5) -> tuple[Moment, ...]:
    """A recipe that takes one dark or flat, from its submission to its end."""
    name = f"c{number}"
    request = asked(
        number, recipe_id=name, data_type=kind.upper(), exposure_seconds=exposure_seconds, frames=3
    )
    events: list[Event] = [
        request,
        make(camera.ExposureStarted, exposure_number=number, start_us=START),
        make(camera.ExposureFinished, exposure_number=number, det_ids=[101, 201]),
        make(transfer.ExposureTransferred, exposure_number=number),
        of_recipe(recipe.RecipeCompleted, name),
    ]
    return (
        *running(seconds, name, recipe=asking(kind, 3, exposure_seconds)),
        *((seconds, event) for event in events),
    )


CALIBRATED: tuple[Moment, ...] = (*taken(-980, 7, "Flat", 1.0), *taken(-970, 8, "Dark"))
STARTED = running(-900)
READ: tuple[Moment, ...] = (
    (-21, weather(wind_speed_m_s=0.9)),
    (-20, slit("open")),
    (-20, cover("open")),
    (-20, dome(180.0)),
    (-20, focus()),
    (-20, mount()),
    (-1, weather(wind_speed_m_s=1.0)),
)
BEGUN: tuple[Moment, ...] = (
    (-1000, night()),
    (-1000, make(telescope.TelescopeLockReleased)),
    (-1000, weather()),
)
READY: tuple[Moment, ...] = (*BEGUN, *CALIBRATED, *STARTED, *READ)
EXPOSURE = make(camera.ExposureStarted, exposure_number=1, start_us=START)
EXPOSING: tuple[Moment, ...] = (
    *BEGUN,
    *running(-900, recipe=asking("Flat", 3600)),
    *READ,
    (-1, asked(data_type="FLAT", frames=3600)),
    (0, EXPOSURE),
)
"""An exposure of the sky, of half an hour."""

FINISHED = make(camera.ExposureFinished, exposure_number=1)
TRANSFERRED = make(transfer.ExposureTransferred, exposure_number=1)
ABORT = make(camera.ExposureAbortRequested, exposure_number=1)
ABORTED = make(camera.ExposureAborted, exposure_number=1)
CHIP = {"exposure_number": 1, "frame_id": "TMQ1"}
END: tuple[Moment, ...] = ((65, ABORT), (65, ABORTED))


def aborted(number: int) -> camera.ExposureAborted:
    return make(camera.ExposureAborted, exposure_number=number)


def cube(**fields: Any) -> camera.ChipCubeAcquired:
    times = {"gps_start_us": START, "gps_end_us": START + 9 * SECOND}
    return make(camera.ChipCubeAcquired, **CHIP | {"frames": 18} | times | fields)


def started(process: str, pid: int) -> system.ProcessStarted:
    return make(system.ProcessStarted, process=process, pid=pid)


def storage(free: int) -> system.StorageRead:
    return make(system.StorageRead, storage="buffer", used_bytes=100 - free, free_bytes=free)


def log_disk(free: int) -> system.StorageRead:
    return make(system.StorageRead, storage="log", used_bytes=10**9, free_bytes=free)


def power(state: str) -> telescope.PowerRead:
    return make(telescope.PowerRead, state=state)


def queued(number: int, chips: int) -> reduction.ReductionQueued:
    return make(
        reduction.ReductionQueued, exposure_number=number, frame_ids=[f"{number}-{n}" for n in range(chips)]
    )


def order(device: str, action: str) -> Event:
    kinds = {"dome_slit": telescope.DomeSlitCommanded, "mirror_cover": telescope.MirrorCoverCommanded}
    return make(kinds[device], action=action)


def readings(until: int, step: int = 50) -> tuple[Moment, ...]:
    """The weather, as it is read while nothing else happens."""
    return tuple((seconds, weather(wind_speed_m_s=1.0 + seconds / 1e4)) for seconds in range(10, until, step))


def heartbeats(until: int) -> tuple[Moment, ...]:
    """The weather, as it is read while nothing else happens."""
    return tuple((seconds, weather(wind_speed_m_s=1.0 + seconds / 1e4)) for seconds in range(10, until, 50))
