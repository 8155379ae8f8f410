"""No astrometric solution, where one was asked for."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

FEWEST_STARS: Final = 2
"""What a solution is verified by are its odds; with fewer there are none."""

CHECK: Final = Check(
    name="astrometry",
    unit="star",
    data_types=frozenset({"OBJECT"}),
    value=lambda measured: measured.astrometry_stars,
    limit=lambda _: FEWEST_STARS,
    at_least=True,
    meaning=lambda measured: f"no astrometric solution: {measured.astrometry_failure}",
    remedy="look at the sky; when it is clear, check the focus and the pointing",
)
