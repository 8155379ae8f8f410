"""The cards of a raw cube's header that its reduction counts with, held against what they may say."""

from __future__ import annotations

import math
from typing import Final

from astropy.io import fits

from tomoe_es.camera.frame_geometry import GAIN_ELECTRONS_PER_COUNT

_TEMPERATURES: Final = ("TMP_SENS", "TMP_OUT")
"""Left out where there was no reading."""


def wrong_card(header: fits.Header) -> str:
    """Which card is missing, or says what it can't; empty where all may be so. Raises VerifyError."""
    gain, exposure_seconds = header.get("GAINNAME"), header.get("EXPTIME1")
    temperatures = {key: header[key] for key in _TEMPERATURES if key in header}
    if gain not in GAIN_ELECTRONS_PER_COUNT:
        return f"its GAINNAME is {gain!r}"
    if not is_number(exposure_seconds) or exposure_seconds <= 0:
        return f"its EXPTIME1 is {exposure_seconds!r}"
    return next(
        (f"its {key} is {value!r}" for key, value in temperatures.items() if not is_number(value)), ""
    )


def is_number(value: object) -> bool:
    """Whether a card's value is a finite number, and no logical one."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
