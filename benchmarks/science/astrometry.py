"""Astrometry against the truth: how many chips are solved, how well, and whether any is solved wrongly."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

from benchmarks.science.imaging import Reduced
from benchmarks.science.row import Row, median, part
from replay.truth.positions import WRONG_ARCSEC, star_errors_arcsec


def measure(reduced: Reduced) -> dict[str, Any]:
    """Distance of the true stars' pixels, through the product's WCS, from where the stars are."""
    result = reduced.result
    found: dict[str, Any] = {
        "solved": result.astrometry is not None,
        "reason": result.astrometry_failure.message if result.astrometry_failure else "",
    }
    path, stars = reduced.product("STACK"), reduced.truth.stars
    if path is None or result.astrometry is None or stars is None:
        return found
    off = star_errors_arcsec(stars, WCS(fits.getheader(path, "STACK")))
    return found | {
        "rms_arcsec": float(np.sqrt(np.mean(off**2))),
        "largest_arcsec": float(off.max()),
        "middle_arcsec": float(np.median(off)),
        "fit_rms_arcsec": result.astrometry.rms_arcsec,
        "stars": result.astrometry.stars,
    }


def rows(chips: list[dict[str, Any]]) -> list[Row]:
    """The rows of all chips' records."""
    solved = [chip for chip in chips if "rms_arcsec" in chip["astrometry"]]
    rms = [chip["astrometry"]["rms_arcsec"] for chip in solved]
    told = [chip["astrometry"] for chip in solved]
    wrong = sum(each["middle_arcsec"] > WRONG_ARCSEC for each in told)
    how = f"all true stars' pixels through the WCS of the stack, {len(solved)} solved chips"
    found = [
        Row("astrometry: rms over a chip, median of chips", median(rms), how, "arcsec", at_most=0.1),
        Row("the same, 95 % of chips within", _percentile(rms, 95), how, "arcsec", at_most=0.1),
        Row("residuals of the fit itself, median", median([each["fit_rms_arcsec"] for each in told]),
            "as the header says (ASTRRMS)", "arcsec"),
    ]  # fmt: skip
    for name, crowded, target in (("abs(b) > 20", False, 0.95), ("abs(b) < 10", True, 0.99)):
        tried = [chip for chip in chips if chip["crowded"] is crowded]
        count = sum(chip["astrometry"]["solved"] for chip in tried)
        found.append(
            Row(f"clear chips solved at {name} degrees", part(count, len(tried)), f"{count} of {len(tried)}",
                at_least=target)
        )  # fmt: skip
    found.append(
        Row(
            "wrong solutions",
            wrong,
            f"of {len(solved)}: stars off by more than {WRONG_ARCSEC:g} arcsec",
            at_most=0,
        )
    )
    return found


def many_rows(chips: list[dict[str, Any]]) -> list[Row]:
    """The rows of the many chips of few frames, which ask only for wrong solutions."""
    solved = [chip for chip in chips if "rms_arcsec" in chip["astrometry"]]
    wrong = sum(chip["astrometry"]["middle_arcsec"] > WRONG_ARCSEC for chip in solved)
    how = f"of {len(solved)} solved of {len(chips)} chips of 4 frames each"
    return [Row("wrong solutions among many", wrong, how, at_most=0)] if chips else []


def _percentile(values: list[float], percent: float) -> float:
    return float(np.percentile(values, percent)) if values else float("nan")
