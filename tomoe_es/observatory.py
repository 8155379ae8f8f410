"""Kiso Observatory: where it is, and the limits within which its telescope is used."""

from __future__ import annotations

NAME = "Kiso Observatory"
MPC_CODE = "381"
LATITUDE_DEG = 35.7936
LONGITUDE_DEG = 137.6283
HEIGHT_M = 1132.0

LOWEST_ALTITUDE_DEG = 20.0
"""Below this the telescope is not pointed."""
NEAREST_TO_SUN_DEG = 30.0
"""Nearer to the Sun the telescope is not pointed, also when the Sun is below the horizon."""
DOME_TOLERANCE_DEG = 3.0
"""The slit clears the 1.05 m aperture as long as its azimuth is this close to the telescope's."""
POINTING_TOLERANCE_ARCSEC = 30.0
BEST_FOCUS_MM = 28.13
FOCUS_RANGE_MM = (20.0, 36.0)
"""Beyond these nothing is ever in focus: a focus that is asked for there is a mistake."""
FOCUS_TOLERANCE_MM = 0.01
FOCUS_RANGE_MM = (20.0, 36.0)
"""Outside this no image is ever sharp, at any temperature."""
