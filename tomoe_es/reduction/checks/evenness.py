"""A part of the chip gets far less light of the sky than another one."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LARGEST_PART: Final = 0.6
"""Of the second brightest box's sky. Moonlight and airglow change by a tenth or two over a chip, fields of
the Milky Way and globular clusters by less; only the brightest nebulae and bulges of galaxies do more. A
light that stays under it, less than 1.5 times as bright as the sky, hides a tenth of the sources."""

CHECK: Final = Check(
    name="uneven",
    unit="",
    data_types=frozenset({"OBJECT"}),
    value=lambda measured: measured.sky_unevenness,
    limit=lambda _: LARGEST_PART,
    meaning=lambda _: (
        "a part of the chip sees less of the sky, or another light: dome, mirror cover, the edge of a cloud, "
        "a lamp or the Moon"
    ),
    remedy="look at the dome slit's place, the mirror cover, lamps and the sky; a bright nebula is no fault",
)
