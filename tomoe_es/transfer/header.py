"""FITS headers of chip data, in the sections and keywords of the Tomo-e Gozen archive (version 0.730)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from astropy.io import fits
from astropy.wcs import WCS

from tomoe_es.camera.frame_geometry import DARK_E_PER_SECOND, DARK_TEMPERATURE_K, FULL_WELL_E, READ_NOISE_E
from tomoe_es.clock import isot
from tomoe_es.observatory import HEIGHT_M, LATITUDE_DEG, LONGITUDE_DEG
from tomoe_es.transfer.exposure_facts import ExposureFacts

HEADER_VERSION = "0.730"
FORMAT_VERSION = "1.0"

Cards = list[tuple[str, object, str]]

_ROOM_WITH_COMMENT = 80 - len("KEYWORD = '' / ")
_LONGEST_IN_A_CARD = 80 - len("KEYWORD = ''")


def exposure_header(facts: ExposureFacts, format_type: str, wcs: WCS | None) -> fits.Header:
    """Header of data of one chip: everything but the mandatory keywords, which belong to the HDU.

    `format_type` is the FMTTYPE (TOMOE-IMAGE-RAW, ...); `wcs` is left out when None. Nothing in it depends
    on where or when it was made.
    """
    header = fits.Header()
    for title, cards in (
        ("OBSERVATION", _observation(facts)),
        ("DATA", _data(facts, format_type)),
        ("OBSERVATORY", _observatory(facts)),
        ("WEATHER", _weather(facts)),
        ("INSTRUMENT", _instrument(facts)),
    ):
        add_section(header, title, cards)
    if wcs is not None:
        add_wcs(header, wcs)
    return header


def add_section(header: fits.Header, title: str, cards: Cards) -> None:
    """Append a titled section; cards without a value are left out, as are comments without room."""
    header.append(("COMMENT", f"{'-' * 20} {title} {'-' * (48 - len(title))}"), end=True)
    for keyword, value, comment in cards:
        if isinstance(value, str) and _stored_length(value) + len(comment) > _ROOM_WITH_COMMENT:
            if _stored_length(value) > _LONGEST_IN_A_CARD and "LONGSTRN" not in header:
                header.append(("LONGSTRN", "OGIP 1.0", "texts may go on in CONTINUE cards"), end=True)
            header.append((keyword, value), end=True)
        elif value is not None:
            header.append((keyword, value, comment), end=True)


def _stored_length(value: str) -> int:
    """Characters that a text takes in a card: a quote is written twice, and it's padded to 8."""
    return max(len(value) + value.count("'"), 8)


def add_wcs(header: fits.Header, wcs: WCS) -> None:
    """Append the WCS section."""
    crval, crpix, cd = wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cd
    cards: Cards = [("WCSAXES", 2, "number of axes")]
    for axis, name in enumerate(("right ascension", "declination")):
        cards += [
            (f"CTYPE{axis + 1}", wcs.wcs.ctype[axis], f"{name}, gnomonic projection"),
            (f"CUNIT{axis + 1}", "deg", "unit of CRVAL and CD"),
            (f"CRVAL{axis + 1}", float(crval[axis]), f"[deg] {name} of the reference point"),
            (f"CRPIX{axis + 1}", float(crpix[axis]), "[pixel] reference point"),
            (f"CD{axis + 1}_1", float(cd[axis, 0]), "[deg/pixel]"),
            (f"CD{axis + 1}_2", float(cd[axis, 1]), "[deg/pixel]"),
        ]
    if wcs.sip is not None:
        for name, terms in (("A", wcs.sip.a), ("B", wcs.sip.b)):
            order = len(terms) - 1
            cards.append((f"{name}_ORDER", order, f"order of the distortion along {'xy'['AB'.index(name)]}"))
            cards += [
                (f"{name}_{p}_{q}", float(terms[p, q]), "[pixel] distortion")
                for p in range(order + 1)
                for q in range(order + 1 - p)
                if p + q > 1
            ]
    add_section(header, "WCS", cards)


def add_events(header: fits.Header, positions: Mapping[str, int]) -> None:
    """Append the positions in the log of the events that led to this data, by name."""
    cards: Cards = []
    for number, (name, position) in enumerate(sorted(positions.items()), start=1):
        cards += [
            (f"EVNAM{number}", text(name), "event"),
            (f"EVPOS{number}", position, "its position in the log"),
        ]
    add_section(header, "EVENTS", cards)


def text(value: str) -> str:
    """A person's text as a FITS value can hold it: printable ASCII, of any length.

    What a recipe may say is that already and fits into one card; a longer text goes on in CONTINUE cards.
    """
    return "".join(char if " " <= char <= "~" else "?" for char in value).rstrip()


def modified_julian_day(time_us: int) -> float:
    """UTC microseconds since 1970 as modified Julian day."""
    return 40587 + time_us / 86_400e6


def _observation(facts: ExposureFacts) -> Cards:
    return [
        ("OBJECT", text(facts.object_name), "name of the exposure in its recipe"),
        ("EXP_ID", facts.exposure_number, "exposure number, over the camera's life"),
        ("FRAME_ID", str(facts.frame_id), "this chip of this exposure"),
        ("DET_ID", facts.det_id, "100 x quadrant + chip"),
        ("PROJECT", text(facts.project), ""),
        ("OBSERVER", text(facts.observer), ""),
        ("RECIPEID", facts.recipe_id, "UUID of the recipe"),
        ("PIPELINE", text(",".join(facts.pipeline)), "steps asked for"),
        ("OBS-MOD", "Imaging", "observation mode"),
    ]


def _data(facts: ExposureFacts, format_type: str) -> Cards:
    start = facts.start
    elapsed = facts.nframe * facts.frame_seconds
    return [
        ("DATA-TYP", facts.data_type, "OBJECT, FLAT or DARK"),
        ("EXPTIME", facts.nframe * facts.exposure_seconds, "[s] exposure of all frames"),
        ("EXPTIME1", facts.exposure_seconds, "[s] exposure of one frame"),
        ("TELAPSE", elapsed, "[s] start of first to end of last frame"),
        ("TFRAME", facts.frame_seconds, "[s] start of a frame to start of the next"),
        ("DATA-FPS", 1 / facts.frame_seconds, "[1/s] frames a second"),
        ("NFRAME", facts.nframe, "frames exposed"),
        ("TIMESYS", "UTC", "time system"),
        ("DATE-OBS", isot(facts.start_us, 6), "[UTC] start of the first frame"),
        ("DATE-END", isot(facts.end_us, 6), "[UTC] end of the last frame"),
        ("MJD-OBS", modified_julian_day(facts.start_us), "[d] DATE-OBS"),
        ("MJD-END", modified_julian_day(facts.end_us), "[d] DATE-END"),
        ("TIME-OBS", f"{start:%H:%M:%S.%f}", "[UTC] start of the first frame"),
        ("UTC", f"{start:%H:%M:%S.%f}", "start of the first frame"),
        ("GPS-UP", isot(facts.start_us, 6), "[UTC] GPS time, exposure on"),
        ("GPS-DOWN", isot(facts.end_us, 6), "[UTC] GPS time, exposure off"),
        ("FMTTYPE", format_type, "format of this file"),
        ("FMTVER", FORMAT_VERSION, "version of the format"),
        ("VERSION", HEADER_VERSION, "version of the header"),
        ("CODEVER", text(facts.code_version), "code that took the data"),
    ]


def _observatory(facts: ExposureFacts) -> Cards:
    sky = facts.data_type == "OBJECT"
    return [
        ("OBSERVAT", "Kiso", "MPC code 381"),
        ("TELESCOP", "1.05-m Kiso Schmidt", ""),
        ("OBSGEO-B", LATITUDE_DEG, "[deg] geodetic latitude"),
        ("OBSGEO-L", LONGITUDE_DEG, "[deg] east longitude"),
        ("OBSGEO-H", HEIGHT_M, "[m] height"),
        *(
            (f"OBSGEO-{axis}", value, "[m] geocentric")
            for axis, value in zip("XYZ", _geocentric_m(), strict=True)
        ),
        ("RADESYS", "ICRS", ""),
        ("EQUINOX", 2000.0, "[yr]"),
        ("RA", facts.ra_deg if sky else None, "[deg] boresight, as the mount says"),
        ("DEC", facts.dec_deg if sky else None, "[deg] boresight, as the mount says"),
        ("AZIMUTH", facts.azimuth_deg, "[deg] from north through east"),
        ("ALTITUDE", facts.altitude_deg, "[deg]"),
        ("ZD", None if facts.altitude_deg is None else 90.0 - facts.altitude_deg, "[deg] zenith distance"),
        ("DOMEPOS", facts.dome_azimuth_deg, "[deg] azimuth of the dome slit"),
        ("FOC-VAL", facts.focus_mm, "[mm] focus"),
    ]


def _geocentric_m() -> tuple[float, float, float]:
    """Geocentric position of the observatory on the IAU (1976) ellipsoid, as FITS asks (WCS paper VII).

    Readers would add it otherwise, and warn.
    """
    radius_m, flattening = 6378140.0, 1 / 298.2577
    squared_eccentricity = flattening * (2 - flattening)
    latitude, longitude = math.radians(LATITUDE_DEG), math.radians(LONGITUDE_DEG)
    normal_m = radius_m / math.sqrt(1 - squared_eccentricity * math.sin(latitude) ** 2)
    across_m = (normal_m + HEIGHT_M) * math.cos(latitude)
    z = (normal_m * (1 - squared_eccentricity) + HEIGHT_M) * math.sin(latitude)
    x, y = across_m * math.cos(longitude), across_m * math.sin(longitude)
    return round(x, 3), round(y, 3), round(z, 3)


def _weather(facts: ExposureFacts) -> Cards:
    weather = facts.weather
    return [
        ("TMP_TEL", weather.telescope_temperature_c, "[deg C] telescope"),
        ("TMP_DOME", weather.dome_temperature_c, "[deg C] dome"),
        ("TMP_OUT", weather.outside_temperature_c, "[deg C] outside"),
        ("HUM_OUT", weather.humidity_percent, "[percent] humidity outside"),
        ("SKYTEMP", weather.sky_temperature_c, "[deg C] sky"),
        ("WIND_VEL", weather.wind_speed_m_s, "[m/s] wind"),
        ("WIND_DIR", weather.wind_direction_deg, "[deg] wind from"),
    ]


def _instrument(facts: ExposureFacts) -> Cards:
    return [
        ("INSTRUME", "Tomo-e Gozen", ""),
        ("FILTER", "BLANK", "no filter exchanger"),
        ("GAINNAME", facts.gain, "gain setting"),
        ("GAIN", facts.gain_e_per_count, "[e-/count]"),
        ("RNOISE", READ_NOISE_E, "[e-] read noise"),
        ("FULLWELL", FULL_WELL_E, "[e-] full well"),
        ("DCURRENT", DARK_E_PER_SECOND, f"[e-/s] dark current at {DARK_TEMPERATURE_K:.0f} K"),
        ("TMP_SENS", facts.sensor_temperature_k, "[K] sensor"),
    ]
