"""What truly is wrong with a chip, by its truth file, and which checks name that rightly.

A fault is certain where it is so far beyond the limit of its check that the chip must be rejected, and
uncertain where it is so near to it that the chip may be. A chip with no fault must be archived.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import msgspec
import numpy as np

from adapters.simulator.sky.true_chip import TrueChip
from replay.truth.told import ToldChip
from tomoe_es.camera.frame_geometry import FULL_WELL_E, IMAGING_SHAPE
from tomoe_es.reduction.checks.astrometry import FEWEST_STARS
from tomoe_es.reduction.checks.cloud import LARGEST_EXTINCTION_MAG
from tomoe_es.reduction.checks.counts import HIGHEST_PART_OF_FULL_WELL
from tomoe_es.reduction.checks.flat_light import LOWEST_E
from tomoe_es.reduction.checks.pointing import TOLERANCE_ARCSEC
from tomoe_es.reduction.checks.psf import LARGEST_FWHM_ARCSEC
from tomoe_es.reduction.frame_numbers import DROPPED_FRAMES
from tomoe_es.scheduling.sky import separation_arcsec

EXTINCTION_MARGIN_MAG: Final = 0.3
"""A zero point of two stars is known to 0.25 mag."""
MARGIN_PART: Final = 0.1
"""Of the limits of widths, pointing and light."""
STARS_MARGIN: Final = 1
NEAR_EDGE_PIXELS: Final = 10.0
"""A catalogue star so near to the edge is cut, and tells nothing."""


class TrueFault(msgspec.Struct, frozen=True):
    """One thing that is wrong with a chip: by how much, against which limit, and what names it rightly."""

    name: str
    said: str
    certain: bool
    right: frozenset[str]  # checks, or the condition after which a chip is given up


def true_faults(true: TrueChip, told: ToldChip) -> list[TrueFault]:
    """Everything that is wrong with a chip, or may be."""
    kinds = {"OBJECT": _of_object, "FLAT": _of_flat}
    found = list(kinds[told.data_type](true, told)) if told.data_type in kinds else []
    for kind, there, needed in (
        ("dark", told.has_dark, told.data_type != "DARK"),
        ("flat", told.has_flat, told.data_type == "OBJECT"),
    ):
        if needed and not there:
            found.append(
                TrueFault(f"no {kind}", f"there is no {kind} of it", True, frozenset({"CalibrationMissing"}))
            )
    return found


def extinction_mag(true: TrueChip) -> float:
    """By how much stars are fainter than under a clear sky amid the field, over the frames of the stack."""
    through = float(true.transparency[DROPPED_FRAMES:].mean()) * true.response
    return -2.5 * math.log10(through) if through > 0 else math.inf


def _of_object(true: TrueChip, told: ToldChip) -> Iterator[TrueFault]:
    solves = "wcs" in told.steps  # what follows from a solution is not looked at without
    if math.isinf(true.sky_mag_arcsec2):
        yield TrueFault("no light", "no light of the sky came in", solves, frozenset({"astrometry", "cloud"}))
        return
    yield from _over(
        "clouds", extinction_mag(true), LARGEST_EXTINCTION_MAG, EXTINCTION_MARGIN_MAG, "mag",
        {"cloud", "astrometry"}, judged=solves,
    )  # fmt: skip
    yield from _over(
        "out of focus", true.fwhm_arcsec, LARGEST_FWHM_ARCSEC, MARGIN_PART * LARGEST_FWHM_ARCSEC, "arcsec",
        {"psf", "astrometry"},
    )  # fmt: skip
    off = separation_arcsec(true.ra_deg, true.dec_deg, told.ra_deg, told.dec_deg)
    yield from _over(
        "pointing", off, TOLERANCE_ARCSEC, MARGIN_PART * TOLERANCE_ARCSEC, "arcsec",
        {"pointing", "astrometry"}, judged=solves,
    )  # fmt: skip
    stars = catalogue_stars(true)
    if solves and stars < FEWEST_STARS + STARS_MARGIN:
        said = f"{stars} catalogue stars on it, a solution needs {FEWEST_STARS}"
        yield TrueFault("few stars", said, False, frozenset({"astrometry"}))


def _of_flat(true: TrueChip, told: ToldChip) -> Iterator[TrueFault]:
    light = true.twilight_e_per_second * true.exposure_seconds * true.response * true.transparency
    if float(light.min()) < LOWEST_E * (1 + MARGIN_PART):
        said = f"{light.min():.0f} electrons in its faintest frame, the least are {LOWEST_E:g}"
        yield TrueFault(
            "flat too dark",
            said,
            bool(light.min() < LOWEST_E * (1 - MARGIN_PART)),
            frozenset({"light"}),
        )
    most = HIGHEST_PART_OF_FULL_WELL * FULL_WELL_E
    yield from _over("flat too bright", float(light.max()), most, MARGIN_PART * most, "electrons", {"counts"})


def catalogue_stars(true: TrueChip) -> int:
    """Stars of the catalogue that are whole on the chip."""
    height, width = IMAGING_SHAPE
    stars, margin = true.stars, NEAR_EDGE_PIXELS
    x, y = stars.x[stars.from_tycho2], stars.y[stars.from_tycho2]
    inside = (x > margin) & (x < width - margin) & (y > margin) & (y < height - margin)
    return int(np.count_nonzero(inside))


def _over(
    name: str, value: float, limit: float, margin: float, unit: str, right: set[str], *, judged: bool = True
) -> Iterator[TrueFault]:
    """The fault of a value that is over its limit, or nearly; one that no check looks at is never certain."""
    if value > limit - margin:
        said = f"{name}: {value:.4g} {unit}, the limit is {limit:g}"
        yield TrueFault(name, said, judged and value > limit + margin, frozenset(right))
