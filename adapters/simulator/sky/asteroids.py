"""The moving objects of the simulated sky: a few in every square degree, new ones every ten minutes."""

from __future__ import annotations

import math
from typing import Final

from adapters.simulator.sky.moving_objects import MovingObject
from adapters.simulator.sky.randomness import Purpose, generator_for
from tomoe_es.clock import MINUTE

IN_SQUARE_DEGREE: Final = 3
FASTEST_ARCSEC_PER_SECOND: Final = 5.0
LIFETIME: Final = 10 * MINUTE
BRIGHTEST_MAG, FAINTEST_MAG = 13.0, 18.0


def asteroids_near(
    seed: int, ra_deg: float, dec_deg: float, radius_deg: float, time_us: int
) -> tuple[MovingObject, ...]:
    """Objects that halfway through the ten minutes are in a cell of 1 degree that a square field touches."""
    epoch = time_us // LIFETIME
    found = []
    for dec in range(math.floor(dec_deg - radius_deg), math.floor(dec_deg + radius_deg) + 1):
        if not -90 <= dec < 90:
            continue
        cells = max(1, round(360.0 * math.cos(math.radians(dec + 0.5))))
        width = radius_deg / max(0.01, math.cos(math.radians(dec + 0.5)))
        first = math.floor((ra_deg - width) / 360.0 * cells)
        last = math.floor((ra_deg + width) / 360.0 * cells)
        for cell in range(first, min(last, first + cells - 1) + 1):
            found += _in_cell(seed, dec, cell % cells, cells, epoch)
    return tuple(found)


def _in_cell(seed: int, dec: int, cell: int, cells: int, epoch: int) -> list[MovingObject]:
    random = generator_for(Purpose.MOVERS, seed, dec + 90, cell, epoch)
    objects = []
    for number in range(IN_SQUARE_DEGREE):
        rate = FASTEST_ARCSEC_PER_SECOND * 10.0 ** random.uniform(-2.0, 0.0)
        toward = random.uniform(0.0, 2.0 * math.pi)
        objects.append(
            MovingObject(
                name=f"sim {epoch} {dec:+03d} {cell:03d} {number}",
                ra_deg=(cell + random.uniform()) * 360.0 / cells,
                dec_deg=dec + random.uniform(),
                epoch_us=epoch * LIFETIME + LIFETIME // 2,
                rate_east_arcsec_per_second=rate * math.sin(toward),
                rate_north_arcsec_per_second=rate * math.cos(toward),
                magnitude=random.uniform(BRIGHTEST_MAG, FAINTEST_MAG),
            )
        )
    return objects
