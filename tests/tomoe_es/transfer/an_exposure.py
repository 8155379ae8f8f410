"""What is known of one exposure of a chip."""

from __future__ import annotations

from typing import Any

from tomoe_es.transfer.exposure_facts import ExposureFacts, WeatherFacts


def facts(**changes: Any) -> ExposureFacts:
    known: dict[str, Any] = {
        "exposure_number": 652282,
        "det_id": 112,
        "object_name": "M67",
        "data_type": "OBJECT",
        "project": "All-sky survey",
        "observer": "Kiso",
        "recipe_id": "3f2b8c1e-0000-5000-8000-000000000000",
        "ra_deg": 132.8,
        "dec_deg": 11.8,
        "altitude_deg": 60.0,
        "azimuth_deg": 170.0,
        "dome_azimuth_deg": 171.0,
        "focus_mm": 28.13,
        "gain": "high",
        "exposure_seconds": 0.5,
        "nframe": 2,
        "start_us": 1_641_254_400_250_000,
        "sensor_temperature_k": 277.0,
        "weather": WeatherFacts(
            telescope_temperature_c=-3.0,
            dome_temperature_c=-3.5,
            sky_temperature_c=-40.0,
            wind_speed_m_s=2.0,
            wind_direction_deg=10.0,
        ),
        "pipeline": ("wcs", "stack", "neo"),
        "event_positions": {"ExposureRequested": 7, "ExposureStarted": 9},
        "code_version": "0.1.0",
    }
    return ExposureFacts(**(known | changes))
