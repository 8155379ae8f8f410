"""sep, Source Extractor and photutils on the stacks that the pipeline measured: what each finds, how fast."""

from __future__ import annotations

import math
import resource
import shutil
import subprocess
import time
import warnings
from typing import Any, Final

import numpy as np
import sep
from astropy.io import fits
from astropy.stats import SigmaClip
from numpy.typing import NDArray
from photutils.aperture import CircularAperture, aperture_photometry
from photutils.background import Background2D, SExtractorBackground
from photutils.segmentation import SourceCatalog, SourceFinder

from benchmarks.science.imaging import Folders, Reduced
from benchmarks.science.row import Row, median, part, spread
from replay.truth.magnitudes import pair_alone
from tomoe_es.camera.frame_geometry import GAIN_ELECTRONS_PER_COUNT
from tomoe_es.reduction.extraction import DETECTION_SIGMA, SMALLEST_AREA_PIXELS
from tomoe_es.reduction.mask import BAD
from tomoe_es.reduction.photometry import APERTURE_RADIUS_PIXELS
from tomoe_es.reduction.photometry import measure as measure_by_ours
from tomoe_es.reduction.sky_surface import BOX_PIXELS

OURS: Final = "ours"
PROGRAM: Final = "source-extractor"
DEBLENDING_CONTRAST: Final = 0.005
BRIGHT_MAG: Final = (14.0, 16.5)
DEEP_MAG: Final = (18.5, 19.5)
PARAMETERS: Final = ("X_IMAGE", "Y_IMAGE", "FLUX_APER", "FLAGS")
Found = tuple[NDArray[np.float64], NDArray[np.float64], float]
"""0-based positions (n, 2), fluxes in the circle of 4.5 pixels, CPU seconds."""


def measure(reduced: Reduced, folders: Folders) -> dict[str, Any] | None:
    """By program: parts of stars found, scatter of bright stars, CPU seconds; None without a stack."""
    path, stars = reduced.product("STACK"), reduced.truth.stars
    if path is None or stars is None:
        return None
    with fits.open(path) as hdus:
        image = np.ascontiguousarray(hdus["STACK"].data, np.float32)
        mask = np.ascontiguousarray(hdus["MASK"].data, np.uint8)
        header = hdus[0].header
    image[(mask & BAD) != 0] = header[
        "SKYLEVEL"
    ]  # the programs know nothing of our masks: all get the same pixels
    gain = GAIN_ELECTRONS_PER_COUNT["high"] * header["NSTACK"]
    found = {
        OURS: _ours(image, gain),
        "sep": _sep(image),
        "Source Extractor": _source_extractor(image, gain, folders),
        "photutils": _photutils(image),
    }
    told: dict[str, Any] = {}
    fluxes: dict[str, dict[int, float]] = {}
    for program, (xy, flux, seconds) in found.items():
        star, source = pair_alone(stars, xy)
        fluxes[program] = dict(zip(star.tolist(), flux[source].tolist(), strict=True))
        magnitude = stars.magnitude[star]
        bright = (magnitude > BRIGHT_MAG[0]) & (magnitude < BRIGHT_MAG[1]) & ~stars.from_tycho2[star]
        off = magnitude[bright] + 2.5 * np.log10(np.maximum(flux[source][bright], 1.0))
        told[program] = {
            "sources": len(xy),
            "deep": star[(magnitude > DEEP_MAG[0]) & (magnitude < DEEP_MAG[1])].tolist(),
            "scatter_mag": spread(off) if len(off) > 4 else None,
            "seconds": seconds,
        }
    for program in found:
        common = [
            star for star in fluxes[program] if fluxes[OURS].get(star, 0) > 0 and stars.magnitude[star] < 17
        ]
        ratio = [fluxes[program][star] / fluxes[OURS][star] for star in common]
        told[program]["flux_by_ours"] = median(ratio)
    return told


def _ours(image: NDArray[np.float32], gain: float) -> Found:
    start = time.process_time()
    measured = measure_by_ours(image, np.zeros(image.shape, np.uint8), gain)
    seconds = time.process_time() - start
    sources = measured.sources
    return np.column_stack([sources["x"], sources["y"]]), sources["flux"], seconds


def _sep(image: NDArray[np.float32]) -> Found:
    start = time.process_time()
    background = sep.Background(image, bw=BOX_PIXELS, bh=BOX_PIXELS)
    light = image - background.back()
    found = sep.extract(
        light,
        DETECTION_SIGMA,
        err=background.globalrms,
        minarea=SMALLEST_AREA_PIXELS,
        filter_kernel=None,
        deblend_cont=DEBLENDING_CONTRAST,
        clean=False,
    )
    flux, _, _ = sep.sum_circle(light, found["x"], found["y"], APERTURE_RADIUS_PIXELS)
    return np.column_stack([found["x"], found["y"]]), flux, time.process_time() - start


def _source_extractor(image: NDArray[np.float32], gain: float, folders: Folders) -> Found:
    program = shutil.which(PROGRAM)
    if program is None:
        raise RuntimeError(f"{PROGRAM} isn't installed: apt-get install {PROGRAM}")
    work = folders.work / "source-extractor"
    work.mkdir(exist_ok=True)
    fits.writeto(work / "image.fits", image, overwrite=True)
    (work / "columns").write_text("\n".join(PARAMETERS) + "\n", encoding="ascii")
    options = {
        "CATALOG_NAME": "found.fits",
        "CATALOG_TYPE": "FITS_1.0",
        "PARAMETERS_NAME": "columns",
        "FILTER": "N",
        "CLEAN": "N",
        "DETECT_THRESH": DETECTION_SIGMA,
        "ANALYSIS_THRESH": DETECTION_SIGMA,
        "DETECT_MINAREA": SMALLEST_AREA_PIXELS,
        "DEBLEND_MINCONT": DEBLENDING_CONTRAST,
        "BACK_SIZE": BOX_PIXELS,
        "PHOT_APERTURES": 2 * APERTURE_RADIUS_PIXELS,
        "GAIN": gain,
        "SATUR_LEVEL": 1e9,
        "WEIGHT_TYPE": "NONE",
        "VERBOSE_TYPE": "QUIET",
        "NTHREADS": 1,
    }
    (work / "empty").write_text("", encoding="ascii")
    words = [word for name, value in options.items() for word in (f"-{name}", str(value))]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, "image.fits", "-c", "empty", *words], cwd=work, check=True, timeout=300)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    table = fits.getdata(work / "found.fits", 1)
    xy = np.column_stack([table["X_IMAGE"] - 1.0, table["Y_IMAGE"] - 1.0])
    return (
        xy,
        table["FLUX_APER"].astype(float),
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    )


def _photutils(image: NDArray[np.float32]) -> Found:
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of deblending, and of pixels that are not finite
        background = Background2D(
            image,
            BOX_PIXELS,
            filter_size=3,
            sigma_clip=SigmaClip(3.0),
            bkg_estimator=SExtractorBackground(),
        )
        light = image - background.background
        finder = SourceFinder(n_pixels=SMALLEST_AREA_PIXELS, contrast=DEBLENDING_CONTRAST, progress_bar=False)
        segments = finder(light, DETECTION_SIGMA * background.background_rms)
        if segments is None:
            return np.zeros((0, 2)), np.zeros(0), time.process_time() - start
        catalogue = SourceCatalog(light, segments)
        xy = np.column_stack([catalogue.x_centroid_win, catalogue.y_centroid_win])
        xy = np.where(np.isfinite(xy), xy, np.column_stack([catalogue.x_centroid, catalogue.y_centroid]))
        table = aperture_photometry(light, CircularAperture(xy, APERTURE_RADIUS_PIXELS))
    return xy, np.asarray(table["aperture_sum"], float), time.process_time() - start


def rows(chips: list[dict[str, Any]]) -> list[Row]:
    """The rows of those chips that all measured."""
    compared = [chip["peers"] for chip in chips if chip.get("peers")]
    found = []
    for program in ("sep", "Source Extractor", "photutils"):
        pairs = [(each[OURS], each[program]) for each in compared]
        deep = [(set(ours["deep"]), set(theirs["deep"])) for ours, theirs in pairs]
        by_us, by_them = sum(len(ours) for ours, _ in deep), sum(len(theirs) for _, theirs in deep)
        by_one = sum(len(ours ^ theirs) for ours, theirs in deep)
        error = math.sqrt(by_one) / by_them if by_them else math.nan
        scatter = [
            (a["scatter_mag"], b["scatter_mag"]) for a, b in pairs if a["scatter_mag"] and b["scatter_mag"]
        ]
        how = f"the same {len(pairs)} stacks, same thresholds, boxes and circles"
        found += [
            Row(f"stars of 18.5 to 19.5 mag found, ours / {program}",
                part(by_us, by_them),
                f"{how}; {by_one} of {by_them} are found by one alone: known to {error:.2g}", at_least=0.95),
            Row(f"scatter of stars of 14 to 16.5 mag in the circle, ours / {program}",
                median([a / b for a, b in scatter]), how, at_most=1.05),
            Row(f"flux in the circle, {program} / ours, departure from 1",
                abs(median([b["flux_by_ours"] for _, b in pairs]) - 1), how, at_most=0.01),
            Row(f"CPU time, {program} / ours", median([b["seconds"] / a["seconds"] for a, b in pairs]),
                "ours with centroids and optimal photometry besides"),
        ]  # fmt: skip
    return found
