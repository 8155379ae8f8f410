"""Recipes of the all-sky survey for one night: fields near the meridian, four dithers each."""

from __future__ import annotations

from tomoe_es.clock import MINUTE, SECOND, isot, to_datetime
from tomoe_es.events.system import NightPlanned
from tomoe_es.observatory import BEST_FOCUS_MM, LATITUDE_DEG
from tomoe_es.recipe.model import OperationCall, Recipe
from tomoe_es.scheduling.sky import equatorial
from tomoe_es.scheduling.sun_and_moon import MOON_LIMIT_DEG, moon_separation_deg
from tomoe_es.scheduling.twilight import NightTimes

DITHERS = 4
_DITHER_ARCSEC: tuple[tuple[float, float], ...] = ((0, 1440), (-1980, 0), (0, -1440))
_DECLINATIONS_DEG = (-5.0, 5.0, 15.0, 25.0, 35.0, 45.0, 55.0, 45.0, 35.0, 25.0, 15.0, 5.0)
"""Up and down again, so that the way from field to field is short."""
_WINDOW = 45 * MINUTE
_CLEAR_OF_MOON_DEG = MOON_LIMIT_DEG + 1.5
"""A dither goes up to 0.7 degrees aside, and the Moon 0.5 degrees on within the window."""


def survey_recipes(times: NightTimes | NightPlanned, exposures: int) -> list[Recipe]:
    """Recipes that together take the given number of exposures, spread over the observing time."""
    count = -(-exposures // DITHERS)
    length = times.observing_end_us - times.observing_start_us
    moments = [times.observing_start_us + length * index // count for index in range(count)]
    return [
        _recipe(moment, *_field(moment, index), index, min(DITHERS, exposures - index * DITHERS))
        for index, moment in enumerate(moments)
    ]


def _field(moment: int, index: int) -> tuple[float, float]:
    """The next declination of the round that keeps clear of the Moon, where it crosses the meridian."""
    for shift in range(len(_DECLINATIONS_DEG)):
        ra_deg, dec_deg = _on_meridian(_DECLINATIONS_DEG[(index + shift) % len(_DECLINATIONS_DEG)], moment)
        if moon_separation_deg(ra_deg, dec_deg, moment) >= _CLEAR_OF_MOON_DEG:
            break
    return ra_deg, dec_deg


def _on_meridian(dec_deg: float, moment: int) -> tuple[float, float]:
    azimuth = 180.0 if dec_deg < LATITUDE_DEG else 0.0
    altitude = 90.0 - abs(LATITUDE_DEG - dec_deg)
    ra_deg, dec_deg = equatorial(azimuth, altitude, moment)
    return round(ra_deg, 5), round(dec_deg, 5)


def _recipe(moment: int, ra_deg: float, dec_deg: float, index: int, exposures: int) -> Recipe:
    name = _field_name(ra_deg, dec_deg)
    operations = [
        OperationCall("SetFocus", BEST_FOCUS_MM),
        OperationCall("Assert", "domeslit_open"),
        OperationCall("Pointing", {"ra": ra_deg, "dec": dec_deg}),
        OperationCall("MirrorCover", "open"),
        OperationCall("Wait", "pointing, mirrorcover_open"),
        OperationCall("SetPipeline", ["wcs", "stack", "neo"]),
        OperationCall("SetParameter", {"gain": "high", "tinteg_sec": 0.5, "nframe": 18}),
        OperationCall("Exposure", f"{name}_dith1"),
    ]
    for number, offset in enumerate(_DITHER_ARCSEC[: exposures - 1], start=2):
        operations += [
            OperationCall("Dithering", list(offset)),
            OperationCall("Wait", "pointing"),
            OperationCall("Exposure", f"{name}_dith{number}"),
        ]
    return Recipe(
        observer="Tomo-e Gozen Survey",
        project="All-Sky Survey",
        priority=0.9,
        time_window=(_time_of_day(moment - _WINDOW), _time_of_day(moment + _WINDOW)),
        operations=tuple(operations),
        comment=f"All-Sky Survey, {index}, {isot(moment)}",
    )


def _field_name(ra_deg: float, dec_deg: float) -> str:
    hours, minutes = divmod(int(ra_deg * 4), 60)
    degrees, arcminutes = divmod(int(abs(dec_deg) * 60), 60)
    return f"J{hours:02d}{minutes:02d}{'-' if dec_deg < 0 else '+'}{degrees:02d}{arcminutes:02d}"


def _time_of_day(time_us: int) -> str:
    moment = to_datetime(time_us // SECOND * SECOND)
    return f"{moment:%H:%M:%S}.0"
