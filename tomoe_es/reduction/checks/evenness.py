"""A quarter of the chip gets far less light of the sky than another one."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LARGEST_PART: Final = 0.6
"""Of the brightest quarter's sky. Moonlight and airglow change by a tenth or two over a chip; only the
brightest nebulae and bulges of galaxies do more."""

CHECK: Final = Check(
    name="uneven",
    unit="",
    data_types=frozenset({"OBJECT"}),
    value=lambda measured: measured.sky_unevenness,
    limit=lambda _: LARGEST_PART,
    meaning=lambda _: "a part of the chip sees less of the sky: dome, mirror cover or the edge of a cloud",
    remedy="look at the dome slit's place, the mirror cover, and the sky; a bright nebula is no fault",
)
