"""The magnitude of 5 sigma in one frame, from how the light of faint stars scatters from frame to frame."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from adapters.simulator.sky.field import FieldStars
from adapters.simulator.sky.photometry import LIMIT_SIGMA, LIMITING_MAGNITUDE, SEEING_FWHM_ARCSEC
from benchmarks.science.imaging import Reduced
from benchmarks.science.plan import INNER_DET_IDS
from benchmarks.science.row import Row, median, spread
from replay.truth.magnitudes import ALONE_PIXELS
from tomoe_es.camera.frame_geometry import GAIN_ELECTRONS_PER_COUNT, IMAGING_SHAPE, PIXEL_SCALE_ARCSEC
from tomoe_es.reduction.magnitude import MAG_OF_E_FOLD
from tomoe_es.reduction.optimal import Profile, optimal_flux

FEWEST_STARS: Final = 10
NEAR_LIMIT_MAG: Final = 0.6
NEIGHBOURS_MAG: Final = 20.0
UNUSUAL: Final = 3.0
"""Of 17 frames' variances one in 10,000 is so many times the usual one: where a cosmic ray hit a star."""
OUTLIER_SIGMAS: Final = 3.0
SAMPLE: Final = (slice(None, None, 7), slice(None, None, 7))


def measure(reduced: Reduced) -> dict[str, Any]:
    """Of a chip whose cube was kept, the limit, the number of stars it is from, and what the pipeline states.

    The stars' own magnitudes set the scale, so that neither the pipeline's zero point nor its errors count:
    by how much the flux grows with a star's light, since what the level of the sky is off by is the same for
    all stars, and no noise. What is more, or less, of a star's own photon noise than at the limit is taken
    off its variance.
    """
    path, stars, photometry = reduced.product("CUBE"), reduced.truth.stars, reduced.result.photometry
    chosen = _faint_alone(stars) if stars is not None else ()
    if path is None or stars is None or photometry is None or len(chosen) < FEWEST_STARS:
        return {}
    xy = np.column_stack([stars.x[chosen], stars.y[chosen]])
    fwhm = reduced.truth.fwhm_arcsec / PIXEL_SCALE_ARCSEC
    gain = GAIN_ELECTRONS_PER_COUNT["high"]
    fluxes = []
    for frame in fits.getdata(path, "CUBE")[1:]:
        light = np.asarray(frame, np.float32)
        light = light - np.float32(np.median(light[SAMPLE]))
        variance = spread(light[SAMPLE]) ** 2
        bad, guess = np.zeros(light.shape, bool), np.ones(len(xy))
        flux, _ = optimal_flux(light, bad, xy, guess, Profile.of_fwhm(fwhm), fwhm, variance, gain)
        fluxes.append(flux)
    flux, variance = np.mean(fluxes, axis=0), np.var(fluxes, axis=0, ddof=1)
    of_limit, of_sky, error = _line(10 ** (-0.4 * (stars.magnitude[chosen] - LIMITING_MAGNITUDE)), flux)
    usual = variance < UNUSUAL * np.median(variance)
    noise = np.sqrt(np.mean((variance - (flux - of_sky - of_limit) / gain)[usual]))
    return {
        "limit_mag": float(LIMITING_MAGNITUDE - 2.5 * np.log10(LIMIT_SIGMA * noise / of_limit)),
        "scale_error_mag": float(MAG_OF_E_FOLD * error / of_limit),
        "stars": int(np.count_nonzero(usual)),
        "stated_mag": photometry.frame_limiting_mag,
    }


def _line(light: NDArray[np.float64], flux: NDArray[np.float64]) -> tuple[float, float, float]:
    """Slope and height of the straight line through fluxes, without those far off it; error of the slope."""
    near = np.ones(len(flux), bool)
    for _ in range(5):
        slope, height = np.polyfit(light[near], flux[near], 1)
        off = flux - slope * light - height
        near = np.abs(off - np.median(off)) < OUTLIER_SIGMAS * spread(off)
    error = np.std(off[near]) / np.std(light[near]) / np.sqrt(np.count_nonzero(near))
    return float(slope), float(height), float(error)


def _faint_alone(stars: FieldStars) -> NDArray[np.int64]:
    """Stars of about 18.5 mag, far from the edge and from others brighter than 20 mag."""
    height, width = IMAGING_SHAPE
    margin = 2 * ALONE_PIXELS
    inside = (
        (stars.x > margin) & (stars.x < width - margin) & (stars.y > margin) & (stars.y < height - margin)
    )
    wanted = inside & (np.abs(stars.magnitude - LIMITING_MAGNITUDE) < NEAR_LIMIT_MAG)
    bright = stars.magnitude < NEIGHBOURS_MAG
    tree = cKDTree(np.column_stack([stars.x[bright], stars.y[bright]]))
    at = np.column_stack([stars.x[wanted], stars.y[wanted]])
    alone: NDArray[np.bool_] = tree.query_ball_point(at, ALONE_PIXELS, return_length=True) == 1
    return np.flatnonzero(wanted)[alone]


def rows(chips: list[dict[str, Any]]) -> list[Row]:
    """The rows of all chips' records."""
    limits = [
        {**chip["frame_limit"], "seeing_arcsec": chip["seeing_arcsec"]}
        for chip in chips
        if chip["frame_limit"]
        and chip["det_id"] in INNER_DET_IDS
        and chip["seeing_arcsec"] <= SEEING_FWHM_ARCSEC
    ]
    typical = [each for each in limits if each["seeing_arcsec"] == SEEING_FWHM_ARCSEC]
    stated = [each["stated_mag"] - each["limit_mag"] for each in limits if each["stated_mag"] is not None]
    return [
        Row("5 sigma in one frame of 0.5 s", _mean(limits), _how(limits), "mag",
            at_least=LIMITING_MAGNITUDE - 0.02),
        Row("the same, chips of 3.5 arcsec only", _mean(typical),
            f"{_how(typical)}; nobody can reach more than 18.466 there", "mag"),
        Row("the limit that the pipeline states, less that", abs(median(stated)), "MAGLIM1", "mag",
            at_most=0.1),
    ]  # fmt: skip


def _mean(limits: list[dict[str, Any]]) -> float:
    weights = [each["stars"] for each in limits]
    return float(np.average([each["limit_mag"] for each in limits], weights=weights)) if limits else np.nan


def _how(limits: list[dict[str, Any]]) -> str:
    stars = np.array([each["stars"] for each in limits])
    if not len(stars):
        return "no chips"
    of_noise = MAG_OF_E_FOLD / np.sqrt(2 * 16 * stars.sum())
    of_scale = np.hypot.reduce(stars * [each["scale_error_mag"] for each in limits]) / stars.sum()
    seeings = " and ".join(f"{each:g}" for each in sorted({each["seeing_arcsec"] for each in limits}))
    return (
        f"{stars.sum()} stars of 17.9 to 19.1 mag over 17 frames, {len(limits)} chips amid the field, "
        f"seeing {seeings} arcsec; known to {np.hypot(of_noise, of_scale):.2g} mag"
    )
