"""Photometry against the truth: zero point, scatter against the noise limit, errors, limit of one frame."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from adapters.simulator.sky.detector import detector_of
from adapters.simulator.sky.field import FieldStars
from adapters.simulator.sky.photometry import (
    electrons_per_second,
    sky_electrons_per_second,
)
from adapters.simulator.sky.psf import MoffatPsf
from benchmarks.science.imaging import Reduced
from benchmarks.science.plan import EXPOSURE_SECONDS
from benchmarks.science.row import Row, median, part, spread
from replay.truth.magnitudes import (
    ALONE_PIXELS,
    BRIGHT_MAG,
    FAINTER_MAG,
    FEWEST_BRIGHT_STARS,
    pair_measurable,
)
from tomoe_es.camera.frame_geometry import (
    DARK_E_PER_SECOND,
    READ_NOISE_E,
)
from tomoe_es.reduction.magnitude import MAG_OF_E_FOLD

MOST_STARS: Final = 300
OUTLIER_LIMITS: Final = 4.0
LIMIT_RADIUS: Final = 16
BINS: Final = ((14.0, 15.0), (15.0, 16.0), (16.0, 17.0), (17.0, 18.0), (18.0, 19.0))


def measure(reduced: Reduced) -> dict[str, Any]:
    """Of stars that are alone: true magnitude, departure from it, noise limit, stated error, company."""
    path, stars, photometry = reduced.product("STACK"), reduced.truth.stars, reduced.result.photometry
    if path is None or stars is None or photometry is None or photometry.zero_point_mag is None:
        return {}
    table = fits.getdata(path, "SOURCES")
    star, source = pair_measurable(stars, table)
    magnitude = stars.magnitude[star]
    off = table["MAG"][source].astype(float) - magnitude
    some = slice(None, None, max(1, len(star) // MOST_STARS))
    frames = fits.getheader(path)["NSTACK"]
    limit = noise_limit_mag(reduced, stars, star, frames)
    told = np.column_stack([magnitude, off, limit, table["MAGERR"][source], _company(stars, star)])
    return {
        "bias": _bias(told),
        "zero_point_stars": photometry.zero_point_stars,
        "stars": np.round(told[some], 5).tolist(),
        "stated_frame_limit_mag": photometry.frame_limiting_mag,
    }


def _company(stars: FieldStars, star: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether any other star, however faint, is within 14 pixels of each."""
    tree = cKDTree(np.column_stack([stars.x, stars.y]))
    at = np.column_stack([stars.x[star], stars.y[star]])
    return np.asarray(tree.query_ball_point(at, ALONE_PIXELS, return_length=True) > 1)


def noise_limit_mag(
    reduced: Reduced, stars: FieldStars, star: NDArray[np.int64], frames: int
) -> NDArray[np.float64]:
    """The least error that a star's flux can have in so many frames with the PSF known (Cramer and Rao)."""
    response = detector_of(reduced.plan.det_id).response
    column, row = np.rint(stars.x[star]).astype(int), np.rint(stars.y[star]).astype(int)
    inside = response[np.clip(row, 0, response.shape[0] - 1), np.clip(column, 0, response.shape[1] - 1)]
    seconds = frames * EXPOSURE_SECONDS
    signal = seconds * inside * np.array([electrons_per_second(each) for each in stars.magnitude[star]])
    sky = inside * sky_electrons_per_second(reduced.truth.request.sky_mag_arcsec2) * seconds
    fixed = DARK_E_PER_SECOND * seconds + frames * READ_NOISE_E**2
    psf = MoffatPsf.of_fwhm_arcsec(reduced.truth.fwhm_arcsec)
    stamp = np.zeros((2 * LIMIT_RADIUS + 1, 2 * LIMIT_RADIUS + 1), np.float32)
    middle = np.full(1, float(LIMIT_RADIUS))
    psf.add_stars(stamp, middle, middle, np.full(1, 1e6))
    part = stamp.astype(np.float64).reshape(-1) / 1e6
    information = [
        (part**2 / (each * part + other)).sum() for each, other in zip(signal, sky + fixed, strict=True)
    ]
    return np.asarray(MAG_OF_E_FOLD / np.sqrt(information) / signal)


def rows(chips: list[dict[str, Any]]) -> list[Row]:
    """The rows of all chips' records."""
    archived = [chip for chip in chips if not chip["rejected"]]
    measured = [chip for chip in archived if chip["photometry"]]
    biases = np.array([chip["photometry"]["bias"][0] for chip in measured if chip["photometry"]["bias"]])
    how = f"stars of 14 to 16.5 mag that are alone, against their true magnitudes; {len(biases)} chips"
    found = [
        Row("zero point: bias, median of chips", abs(median(biases)), how, "mag", at_most=0.01),
        Row("the same, 90 % of chips within", _percentile(np.abs(biases), 90),
            "each with the noise of its catalogue stars", "mag", at_most=0.01),
        Row("chips with a zero point, of those archived", part(len(measured), len(archived)),
            "Tycho-2 stars of more than 12 mag, or full ones by their wings"),
    ]  # fmt: skip
    for low, high in BINS:
        found += _bin_rows(measured, low, high)
    return found


def _bin_rows(measured: list[dict[str, Any]], low: float, high: float) -> list[Row]:
    """Scatter in units of the noise limit, and of the stated errors, of stars of some magnitudes."""
    in_limits, in_errors, in_company = [], [], []
    for chip in measured:
        if chip["photometry"]["bias"] is None:
            continue
        bias, of_bias = chip["photometry"]["bias"]
        stars = np.array(chip["photometry"]["stars"]).reshape(-1, 5)
        here = stars[(stars[:, 0] >= low) & (stars[:, 0] < high)]
        off, limit, error, company = here[:, 1] - bias, here[:, 2], here[:, 3], here[:, 4] > 0
        # A star that tells the bias is nearer to it than its noise, another one is farther off.
        sense = np.where((here[:, 0] < BRIGHT_MAG[1]) & ~company, -1, 1)
        more = sense * of_bias**2
        in_limits += (off / np.sqrt(np.maximum(limit**2 + more, 0.1 * limit**2)))[~company].tolist()
        in_errors += (off / np.sqrt(np.maximum(error**2 + more, 0.1 * error**2)))[~company].tolist()
        in_company += (off / limit)[company].tolist()
    name, count = f"{low:g} to {high:g} mag", len(in_limits)
    how = f"{count} stars that are alone, optimal photometry of 17 frames"
    rows = [
        Row(f"scatter / noise limit, {name}", spread(in_limits), how, at_most=1.1),
        Row(f"scatter / stated error, {name}", spread(in_errors), how, at_least=0.9),
        Row(f"bias in units of the noise limit, {name}", median(in_limits), how),
    ]
    if in_company:
        how = f"{len(in_company)} stars with one of over {low + FAINTER_MAG:g} mag within 14 pixels"
        rows.append(Row(f"scatter / noise limit, {name}, in faint company", spread(in_company), how))
    return rows


def _bias(stars: NDArray[np.float64]) -> tuple[float, float] | None:
    """By how much a chip's bright stars that are alone are off in the mean, and the error of that."""
    bright = (stars[:, 0] > BRIGHT_MAG[0]) & (stars[:, 0] < BRIGHT_MAG[1]) & (stars[:, 4] == 0)
    off, limit = stars[bright, 1], stars[bright, 2]
    if len(off) < FEWEST_BRIGHT_STARS:
        return None
    near = np.abs(off - np.median(off)) < OUTLIER_LIMITS * np.hypot(limit, np.median(limit))
    weight = 1 / limit[near] ** 2
    return float(np.average(off[near], weights=weight)), float(1 / np.sqrt(weight.sum()))


def _percentile(values: NDArray[np.float64], percent: float) -> float:
    return float(np.percentile(values, percent)) if len(values) else float("nan")
