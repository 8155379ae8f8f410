"""A chip reduced with the field's libraries, each called as its documentation shows.

By stage, and what of ours it leaves out, so that a ratio of times is a lower bound of that for the same work:

- read: sha256 by hashlib, the cube by `astropy.io.fits.getdata`. Left out: lost lines, what the log says.
- calibrate: by ccdproc, overscan, trimming, deviation, dark and flat of each frame.
- combine: `ccdproc.Combiner.average_combine`. Left out: means of near frames, the noise of bands of rows.
- photometry: sep's background, extraction, circles. Left out: windowed centroids, optimal fluxes, the PSF's
  width, zero point, limiting magnitude.
- astrometry: `solve-field` on the 20 brightest sources near the header's position. Left out: the camera's
  distortion, verification.
- movers: sep on each frame less the stack with its deviation, tracee on the points. Left out: those too faint
  for a single frame, streaks, scores, cut-outs.
- write: stack and mask RICE-compressed, table of sources, checksums, all by astropy; sha256 by hashlib. Left
  out: the quality checks and the noise that they go by.

The masters are read before the clock starts, as the pipeline keeps those of its chip, and the solver gets the
same index. Saturated pixels are marked and averaged: ccdproc would make holes of masked stars.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import astropy.units as u
import ccdproc
import numpy as np
import sep
import tracee
from astropy.io import fits
from astropy.nddata import CCDData
from astropy.table import Table
from astropy.wcs import WCS
from numpy.typing import NDArray

from adapters.simulator.sky.detector import BIAS_COUNTS
from tomoe_es.camera.frame_geometry import (
    FULL_WELL_E,
    GAIN_ELECTRONS_PER_COUNT,
    IMAGING_AREA,
    IMAGING_SHAPE,
    PIXEL_SCALE_ARCSEC,
    READ_NOISE_E,
)
from tomoe_es.reduction.astrometry import BRIGHTEST_SOURCES, SCALE_TOLERANCE
from tomoe_es.reduction.frame_numbers import DROPPED_FRAMES
from tomoe_es.reduction.inputs import read_dark, read_flat
from tomoe_es.reduction.job import ReductionJob
from tomoe_es.reduction.photometry import APERTURE_RADIUS_PIXELS
from tomoe_es.reduction.stack import SATURATED_PART_OF_FULL_WELL
from tomoe_es.reduction.stopwatch import Stopwatch

GAIN: Final = GAIN_ELECTRONS_PER_COUNT["high"]
OVERSCAN: Final = "[5:82, 1:1200]"
IMAGING: Final = "[83:2082, 37:1164]"
SATURATED_COUNTS: Final = BIAS_COUNTS + SATURATED_PART_OF_FULL_WELL * FULL_WELL_E / GAIN
HINT_RADIUS_DEG: Final = 1
STAR_SIGMA: Final = 4.0
"""Of a pixel after sep's own smoothing: finds as many stars as ours with 5 and none."""


@dataclass(frozen=True)
class Way:
    """How the libraries are called; as it stands by their defaults.

    `number_type` None is that which ccdproc chooses.
    """

    name: str
    number_type: type[np.floating[Any]] | None = None
    solver_options: tuple[str, ...] = ()
    mover_sigma: float = 5.0
    extraction: dict[str, Any] = field(default_factory=dict)


_NO_FILES: Final = tuple(word for option in ("-N", "-M", "-R", "-U", "-B", "-S") for word in (option, "none"))
DEFAULTS: Final = Way("library defaults")
FAST: Final = Way(
    "the libraries' fast options",
    np.float32,
    ("--no-remove-lines", "--uniformize", "0", "--no-tweak", *_NO_FILES),
    mover_sigma=2.0,
    extraction={"filter_kernel": None},
)
"""What the documentation offers where it costs nothing here: single precision; a list of 20 sources neither
searched for lines nor thinned, no distortion fitted to half a dozen stars, no files that nobody reads; no
matched filter, with a threshold that finds movers just as faint."""


@dataclass(frozen=True)
class Masters:
    """Dark and flat as ccdproc takes them, and the pixels (1128, 2000) that neither is to be trusted in."""

    dark: CCDData
    flat: CCDData
    bad: NDArray[np.bool_]

    @classmethod
    def of(cls, job: ReductionJob) -> Masters:
        """The masters that the pipeline uses too."""
        dark, flat = read_dark(job), read_flat(job)
        return cls(CCDData(dark.image, unit="adu"), CCDData(flat.image, unit="adu"), dark.bad | flat.bad)


@dataclass(frozen=True)
class LibraryChip:
    """What came out; the sources brightest first, of sep's columns, `flux_circle`, `ra` and `dec`."""

    frames: list[CCDData]
    stacked: CCDData
    sources: Table
    tracklets: list[NDArray[np.float64]]
    product: Path
    sha256: str


def reduce_chip(
    job: ReductionJob, masters: Masters, index_folder: Path, work: Path, way: Way, stopwatch: Stopwatch
) -> LibraryChip:
    """Reduce a chip in a folder that has nothing else in it. Raises RuntimeError when it isn't solved."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with stopwatch.stage("read"):
            raw_sha256 = _sha256(job.cube_path)
            raw, header = fits.getdata(job.cube_path, header=True)
        with stopwatch.stage("calibrate"):
            frames = [_calibrated(frame, masters, way) for frame in raw[DROPPED_FRAMES:]]
            saturated = (raw[(slice(DROPPED_FRAMES, None), *IMAGING_AREA)] >= SATURATED_COUNTS).any(axis=0)
        with stopwatch.stage("combine"):
            stacked = ccdproc.Combiner(frames, dtype=way.number_type).average_combine()
        with stopwatch.stage("photometry"):
            sources = _measured(stacked.data, masters.bad, len(frames))
        with stopwatch.stage("astrometry"):
            wcs_header = _solved(sources, header, index_folder, work, way)
            sources["ra"], sources["dec"] = WCS(wcs_header).all_pix2world(sources["x"], sources["y"], 0)
        with stopwatch.stage("movers"):
            tracklets = moving_objects(frames, stacked.data, masters.bad, way)
        with stopwatch.stage("write"):
            header["SHA_RAW"] = raw_sha256
            product = work / "stack.fits"
            mask = masters.bad.astype(np.uint8) | saturated.astype(np.uint8) << 1
            _write(product, header, wcs_header, stacked.data, mask, sources)
            sha256 = _sha256(product)
    return LibraryChip(frames, stacked, sources, tracklets, product, sha256)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _calibrated(frame: NDArray[np.uint16], masters: Masters, way: Way) -> CCDData:
    ccd = CCDData(np.asarray(frame, way.number_type), unit="adu")
    ccd = ccdproc.subtract_overscan(ccd, fits_section=OVERSCAN)
    ccd = ccdproc.trim_image(ccd, fits_section=IMAGING)
    ccd = ccdproc.create_deviation(
        ccd, gain=GAIN * u.electron / u.adu, readnoise=READ_NOISE_E * u.electron, disregard_nan=True
    )
    ccd = ccdproc.subtract_dark(ccd, masters.dark, dark_exposure=0.5 * u.s, data_exposure=0.5 * u.s)
    return ccdproc.flat_correct(ccd, masters.flat)


def _measured(image: NDArray[np.floating[Any]], bad: NDArray[np.bool_], frames: int) -> Table:
    background = sep.Background(image, mask=bad)
    light, noise = image - background, background.globalrms
    found = Table(sep.extract(light, STAR_SIGMA, err=noise, mask=bad))
    found["flux_circle"], found["flux_error"], _ = sep.sum_circle(
        light, found["x"], found["y"], APERTURE_RADIUS_PIXELS, err=noise, mask=bad, gain=GAIN * frames
    )
    found.sort("flux_circle", reverse=True)
    return found


def _solved(sources: Table, header: fits.Header, index_folder: Path, work: Path, way: Way) -> fits.Header:
    brightest = sources[:BRIGHTEST_SOURCES]
    listed = Table(
        {"X": brightest["x"] + 1, "Y": brightest["y"] + 1, "FLUX": brightest["flux_circle"]}
    )  # FITS counts pixels from 1
    listed.write(work / "field.xyls", format="fits")
    indexes = [f"index {path}" for path in sorted(index_folder.glob("index-*.fits"))]
    (work / "engine.cfg").write_text("\n".join(["inparallel", *indexes, ""]), encoding="ascii")
    options = {
        "--config": "engine.cfg",
        "--width": IMAGING_SHAPE[1],
        "--height": IMAGING_SHAPE[0],
        "--x-column": "X",
        "--y-column": "Y",
        "--sort-column": "FLUX",
        "--ra": header["CRVAL1"],
        "--dec": header["CRVAL2"],
        "--radius": HINT_RADIUS_DEG,
        "--scale-units": "arcsecperpix",
        "--scale-low": PIXEL_SCALE_ARCSEC * (1 - SCALE_TOLERANCE),
        "--scale-high": PIXEL_SCALE_ARCSEC * (1 + SCALE_TOLERANCE),
    }
    words = [str(word) for pair in options.items() for word in pair]
    subprocess.run(
        [_program(), "--no-plots", *words, *way.solver_options, "field.xyls"],
        cwd=work,
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=300,
    )
    if not (work / "field.wcs").is_file():
        raise RuntimeError(f"solve-field, with {way.name}, found no solution")
    return fits.getheader(work / "field.wcs")


def _program() -> str:
    program = shutil.which("solve-field")
    if program is None:
        raise RuntimeError("solve-field isn't installed: apt-get install astrometry.net")
    return program


def moving_objects(
    frames: Iterable[CCDData], stack: NDArray[np.floating[Any]], bad: NDArray[np.bool_], way: Way
) -> list[NDArray[np.float64]]:
    """The points (n, 3) of x, y and frame of each tracklet."""
    points = []
    for number, frame in enumerate(frames):
        found = sep.extract(
            frame.data - stack, way.mover_sigma, err=frame.uncertainty.array, mask=bad, **way.extraction
        )
        points.append(np.column_stack([found["x"], found["y"], np.full(len(found), float(number))]))
    return [np.array([*tracklet.members], float) for tracklet in tracee.extract(np.concatenate(points))]


def _write(
    path: Path,
    header: fits.Header,
    wcs_header: fits.Header,
    stack: NDArray[np.floating[Any]],
    mask: NDArray[np.uint8],
    sources: Table,
) -> None:
    fits.HDUList(
        [
            fits.PrimaryHDU(header=header),
            fits.CompImageHDU(stack.astype(np.float32), wcs_header, name="STACK", compression_type="RICE_1"),
            fits.BinTableHDU(sources, name="SOURCES"),
            fits.CompImageHDU(mask, name="MASK", compression_type="RICE_1"),
        ]
    ).writeto(path, checksum=True)
