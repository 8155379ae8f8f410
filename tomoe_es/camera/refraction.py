"""Differential refraction: how the air lifts the stars of a field by different amounts.

The mount takes the refraction of the boresight into account, so that of the boresight alone is nothing here.
At an altitude of 45 degrees a star 4.5 degrees higher or lower is off by 9 arcsec.
"""

from __future__ import annotations

import math
from typing import Final

import erfa
import msgspec
import numpy as np
from numpy.typing import NDArray

from tomoe_es.scheduling.sky import equatorial

MIDDLE_OF_BAND_MICROMETRES: Final = 0.525
USUAL_PRESSURE_HPA: Final = 886.0
"""Of the standard atmosphere at Kiso's 1132 m."""
USUAL_TEMPERATURE_C: Final = 5.0
USUAL_HUMIDITY: Final = 0.5
LOWEST_ALTITUDE_DEG: Final = 5.0
"""Below it the formula's two terms are no longer enough; a chip that lies there is treated as if here."""


class Air(msgspec.Struct, frozen=True):
    """The air at the telescope."""

    pressure_hpa: float = USUAL_PRESSURE_HPA
    temperature_c: float = USUAL_TEMPERATURE_C


class Refraction:
    """The refraction over a field at one moment, seen from Kiso."""

    def __init__(self, boresight: NDArray[np.float64], time_us: int, air: Air) -> None:
        """`boresight` is the ICRS unit vector of where the telescope points, (3,)."""
        ra, dec = (math.radians(each) for each in equatorial(0.0, 90.0, time_us))
        self._zenith = np.array([math.cos(dec) * math.cos(ra), math.cos(dec) * math.sin(ra), math.sin(dec)])
        self._a, self._b = (
            float(each)
            for each in erfa.refco(
                air.pressure_hpa, air.temperature_c, USUAL_HUMIDITY, MIDDLE_OF_BAND_MICROMETRES
            )
        )
        self._lift = self._lift_of_true(boresight)
        self._axis = _unit(np.cross(boresight, self._zenith))

    def removed(self, directions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where stars are (ICRS unit vectors, (n, 3)) that are seen in these directions.

        Directions are seen from a mount that has been lifted as much as the star in the boresight.
        """
        seen = _turned(directions, self._axis, self._lift)
        lift = self._lift_of_seen(np.arccos(np.clip(seen @ self._zenith, -1.0, 1.0)))
        axes = np.cross(seen, self._zenith)
        length = np.linalg.norm(axes, axis=-1, keepdims=True)
        axes = np.divide(axes, length, out=np.zeros_like(axes), where=length > 0)
        return np.asarray(_turned(seen, axes, -lift))

    def _lift_of_seen(self, zenith_distance: NDArray[np.float64]) -> NDArray[np.float64]:
        tangent = np.tan(np.minimum(zenith_distance, math.radians(90.0 - LOWEST_ALTITUDE_DEG)))
        return np.asarray(self._a * tangent + self._b * tangent**3)

    def _lift_of_true(self, direction: NDArray[np.float64]) -> float:
        true = math.acos(min(1.0, float(direction @ self._zenith)))
        lift = 0.0
        for _ in range(4):
            lift = float(self._lift_of_seen(np.array(true - lift)))
        return lift


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector


def _turned(
    directions: NDArray[np.float64], axes: NDArray[np.float64], angle: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """Directions turned by an angle about axes that stand at right angles to them, or nearly (Rodrigues)."""
    angle = np.asarray(angle)[..., None]
    along = np.sum(axes * directions, axis=-1, keepdims=True) * axes
    turned = along + np.cos(angle) * (directions - along) + np.sin(angle) * np.cross(axes, directions)
    return np.asarray(turned)
