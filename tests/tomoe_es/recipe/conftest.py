"""A telescope that is ready to expose, at a moment of a December night, and recipes around single lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tomoe_es.clock import SECOND
from tomoe_es.control.hardware import Hardware
from tomoe_es.events import camera, telescope
from tomoe_es.recipe.operation import Settings, Situation
from tomoe_es.recipe.parsing import CheckedFile, parse_recipe
from tomoe_es.scheduling.sky import horizontal

NIGHT = "2023-12-12"
NOW = 1_702_382_400_000_000  # 2023-12-12T12:00:00
RA, DEC = 19.7498221, 29.7107127


class Scene:
    """What an operation looks at, told in the words of the devices."""

    def __init__(self) -> None:
        self.now = NOW
        self.started = NOW - 10 * SECOND
        self.hardware = Hardware(locked=False)
        self.settings = Settings(
            pipeline=("wcs", "stack"),
            gain="high",
            exposure_seconds=0.5,
            frames=18,
            target_ra_deg=RA,
            target_dec_deg=DEC,
            pointed_at=NOW - 60 * SECOND,
        )
        self.weather_safe = True
        self.sun_altitude_deg = -40.0
        self.reads_mount("tracking")
        self.reads("dome_rotation", self.dome(horizontal(RA, DEC, NOW).azimuth_deg))
        self.reads("dome_slit", telescope.DomeSlitRead(state="open"))
        self.reads("mirror_cover", telescope.MirrorCoverRead(state="open"))
        self.reads("focus", telescope.FocusRead(position_mm=28.13, state="still"))
        self.reads("camera", camera.CameraRead(state="idle", sensor_temperature_k=277.0))

    def dome(self, azimuth_deg: float, state: Any = "still") -> telescope.DomeRotationRead:
        return telescope.DomeRotationRead(azimuth_deg=azimuth_deg, state=state)

    def reads(self, device: str, reading: Any, at: int | None = None) -> None:
        setattr(self.hardware, device, reading)
        self.hardware.read_at[device] = self.now if at is None else at

    def reads_mount(self, state: Any, ra: float = RA, dec: float = DEC, at: int | None = None) -> None:
        reading = telescope.MountRead(
            state=state,
            ra_deg=ra,
            dec_deg=dec,
            azimuth_deg=0.0,
            altitude_deg=60.0,
            target_ra_deg=ra,
            target_dec_deg=dec,
        )
        self.reads("mount", reading, at)

    def set(self, **changes: Any) -> None:
        self.settings = msgspec.structs.replace(self.settings, **changes)

    @property
    def situation(self) -> Situation:
        return Situation(
            now=self.now,
            started=self.started,
            hardware=self.hardware,
            settings=self.settings,
            weather_safe=self.weather_safe,
            sun_altitude=lambda _: self.sun_altitude_deg,
            recipe_id="11111111-1111-5111-8111-111111111111",
            of_schedule=False,
            observer="T. Morokuma",
            project="All-Sky Survey",
            lane="default",
            night=NIGHT,
            next_exposure_number=65228,
            window_end_us=NOW + 3600 * SECOND,
            observing_end_us=NOW + 7200 * SECOND,
        )


@pytest.fixture
def scene() -> Scene:
    return Scene()


def recipe_text(*operations: str, **fields: str) -> str:
    """A recipe with these operations; `fields` replace lines of its head (time_window, priority, ...)."""
    head = {
        "Observer": "T. Morokuma",
        "Project": "All-Sky Survey",
        "Priority": "0.5",
        "Time Window": "['08:00:00.0', '10:30:00.0']",
    } | {name.replace("_", " ").title(): value for name, value in fields.items()}
    lines = [f"{name}: {value}" for name, value in head.items()]
    return "\n".join([*lines, "Operations:", *(f"  - {each}" for each in operations), "Comment: test", ""])


@pytest.fixture
def check() -> Callable[..., CheckedFile]:
    """Checks a recipe of the operations given."""

    def checked(*operations: str, night: str = NIGHT, **fields: str) -> CheckedFile:
        return parse_recipe(recipe_text(*operations, **fields).encode(), "test.yaml", night)

    return checked
