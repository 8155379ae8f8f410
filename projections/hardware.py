"""The hardware and the weather, as the devices' own newest readings tell them."""

from __future__ import annotations

import msgspec

from projections.overview_model import HardwareRow, LockOverview, WeatherOverview
from projections.projection import Projection
from tomoe_es.clock import SECOND
from tomoe_es.control import hardware
from tomoe_es.control.hardware import DEVICES
from tomoe_es.events import Event, camera, telescope, weather
from tomoe_es.events.envelope import Recorded

STALE_SECONDS = 60.0
"""A reading older than this is shown as not to be trusted."""
FAILED_COMMAND_SHOWN_SECONDS = 120.0

Reading = (
    telescope.MountRead
    | telescope.DomeSlitRead
    | telescope.DomeRotationRead
    | telescope.MirrorCoverRead
    | telescope.FocusRead
    | camera.CameraRead
    | weather.WeatherRead
)


class Observatory(msgspec.Struct, kw_only=True):
    """Newest readings, and what the weather's have come to."""

    hardware: hardware.Hardware = msgspec.field(default_factory=hardware.Hardware)
    safe: bool | None = None
    unsafe_reasons: list[str] = []
    cloudy: bool | None = None
    weather_since_us: int = 0

    def rows(self, now_us: int) -> tuple[HardwareRow, ...]:
        """Each device, judged against the newest time in the log."""
        return tuple(self._row(device, now_us) for device in DEVICES)

    def _row(self, device: str, now_us: int) -> HardwareRow:
        reading: Reading | None = getattr(self.hardware, device)
        read_us = self.hardware.read_at.get(device, 0)
        age = max(now_us - read_us, 0) / SECOND if reading is not None else 0.0
        problem = self._problem(device, reading, age, now_us)
        return HardwareRow(
            device=device,
            state=_state(reading),
            value="" if reading is None else _value(reading),
            read_us=read_us,
            age_seconds=age,
            ok=not problem,
            problem=problem,
        )

    def _problem(self, device: str, reading: Reading | None, age_seconds: float, now_us: int) -> str:
        if device in self.hardware.unreachable:
            return f"unreachable: {self.hardware.unreachable[device]}"
        if reading is None:
            return "never read"
        if _state(reading) == "fault":
            return "fault"
        if age_seconds > STALE_SECONDS:
            return f"no reading for {age_seconds:.0f} s"
        failed_us, message = self.hardware.command_failed.get(device, (0, ""))
        if failed_us and now_us - failed_us < FAILED_COMMAND_SHOWN_SECONDS * SECOND:
            return f"command failed: {message}"
        return ""

    def lock(self) -> LockOverview:
        """The telescope lock."""
        known = self.hardware
        return LockOverview(
            locked=known.locked, who=known.locked_by, why=known.locked_why, since_us=known.locked_since
        )

    def lock_is_free_for(self, recipe_id: str) -> bool:
        """Tell whether a recipe may set and release the lock."""
        return self.hardware.lock_is_free_for(recipe_id)

    def weather(self) -> WeatherOverview:
        """The weather: newest reading, and what it means."""
        reading = self.hardware.weather
        return WeatherOverview(
            safe=self.safe,
            reasons=tuple(self.unsafe_reasons),
            cloudy=self.cloudy,
            since_us=self.weather_since_us,
            rain=reading.rain if reading else None,
            wind_speed_m_s=reading.wind_speed_m_s if reading else None,
            wind_direction_deg=reading.wind_direction_deg if reading else None,
            humidity_percent=reading.humidity_percent if reading else None,
            temperature_c=reading.temperature_c if reading else None,
            dome_temperature_c=reading.dome_temperature_c if reading else None,
            sky_temperature_c=reading.sky_temperature_c if reading else None,
            pressure_hpa=reading.pressure_hpa if reading else None,
            read_us=self.hardware.read_at.get("weather", 0),
        )


def _state(reading: Reading | None) -> str:
    match reading:
        case None:
            return "never read"
        case weather.WeatherRead():
            return "rain" if reading.rain else "dry"
        case _:
            return reading.state


def _value(reading: Reading) -> str:
    """What the reading measures, for people."""
    match reading:
        case telescope.MountRead():
            return (
                f"alt {reading.altitude_deg:.1f} az {reading.azimuth_deg:.1f} "
                f"RA {reading.ra_deg:.4f} Dec {reading.dec_deg:+.4f} deg"
            )
        case telescope.DomeRotationRead():
            return f"az {reading.azimuth_deg:.1f} deg"
        case telescope.FocusRead():
            return f"{reading.position_mm:.3f} mm"
        case camera.CameraRead():
            return f"{reading.sensor_temperature_k:.1f} K"
        case weather.WeatherRead():
            return f"wind {reading.wind_speed_m_s:.1f} m/s, humidity {reading.humidity_percent:.0f} %"
        case _:
            return ""


def _hardware(state: Observatory, _: Event, recorded: Recorded) -> None:
    state.hardware = hardware.evolve(state.hardware, recorded)


def _unsafe(state: Observatory, event: weather.WeatherBecameUnsafe, recorded: Recorded) -> None:
    state.safe, state.unsafe_reasons, state.weather_since_us = False, list(event.reasons), recorded.time


def _safe(state: Observatory, _: weather.WeatherBecameSafe, recorded: Recorded) -> None:
    state.safe, state.unsafe_reasons, state.weather_since_us = True, [], recorded.time


def _cloudy(state: Observatory, _: weather.SkyBecameCloudy, recorded: Recorded) -> None:
    state.cloudy, state.weather_since_us = True, recorded.time


def _clear(state: Observatory, _: weather.SkyBecameClear, recorded: Recorded) -> None:
    state.cloudy, state.weather_since_us = False, recorded.time


PROJECTION = Projection(
    name="hardware",
    state=Observatory,
    evolve={
        **dict.fromkeys(hardware.EVENT_TYPES, _hardware),
        weather.WeatherBecameUnsafe: _unsafe,
        weather.WeatherBecameSafe: _safe,
        weather.SkyBecameCloudy: _cloudy,
        weather.SkyBecameClear: _clear,
    },
    sources=(__file__, hardware.__file__),
)
