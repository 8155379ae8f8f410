"""The pixels of one chip of one exposure, and what was true for it.

Every pixel's expected value is computed once; each frame then is

    counts = floor(min(expected + sqrt(variance) * normal, saturation) + 1/2),
    variance = (expected electrons + read noise ^ 2) / gain ^ 2,

with fresh normal deviates for each pixel of each frame. The Gaussian stands for the Poisson distribution:
with a read noise of 1.9 e- the two have the same mean and variance, and differ only in the third moment of
pixels with a few electrons. All randomness follows from (seed, exposure, chip, frame), so that a rerun is
identical to the bit in any process and order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray

from adapters.simulator.sky.catalogue import load_tycho2
from adapters.simulator.sky.cosmic_rays import CosmicRay, cosmic_rays, track
from adapters.simulator.sky.detector import BIAS_COUNTS, dark_current_factor, detector_of
from adapters.simulator.sky.field import FieldStars, stars_on_chip
from adapters.simulator.sky.moving_objects import MoverInFrame, MovingObject, place_in_frame, trail
from adapters.simulator.sky.photometry import (
    electrons_per_second,
    sky_electrons_per_second,
    zero_point_mag,
)
from adapters.simulator.sky.psf import LightPatch, MoffatPsf, blurred_fwhm_arcsec
from adapters.simulator.sky.randomness import Purpose, generator_for
from adapters.simulator.sky.request import RenderRequest
from tomoe_es.camera.field_mapping import distorted_wcs
from tomoe_es.camera.focal_plane import CHIPS, FIELD_RADIUS_DEG
from tomoe_es.camera.frame_geometry import (
    FULL_WELL_E,
    GAIN_ELECTRONS_PER_COUNT,
    IMAGING_AREA,
    IMAGING_SHAPE,
    ORIGINAL_SHAPE,
    PIXEL_SCALE_ARCSEC,
    READ_NOISE_E,
    frame_seconds,
)
from tomoe_es.clock import year_of

CLOUD_GLOW: Final = 0.3
"""Part by which the sky brightens under a cloud that lets nothing through."""

FRAME_OFFSET_COUNTS: Final = 0.5
"""Standard deviation of the bias level from frame to frame, counts."""

TRUE_ORDER: Final = 3

TWILIGHT_GRADIENT: Final = 0.01
"""Change of the twilight sky from the middle to the eastern edge of the field."""


@dataclass(frozen=True, slots=True)
class ChipTruth:
    """What was true for one chip of one exposure; `stars` is None where the exposure is of no sky.

    `response` is the mean of the chip's, by which vignetting dims its stars.
    """

    request: RenderRequest
    wcs: WCS
    response: float
    zero_point_mag: float
    fwhm_arcsec: float
    stars: FieldStars | None
    movers: tuple[MoverInFrame, ...]
    cosmic_rays: tuple[CosmicRay, ...]


class ChipRenderer:
    """One chip during one exposure, ready to give its frames one by one and in any order.

    Reads the star catalogue for an OBJECT; raises StarIndexMissing or StarIndexDamaged.
    """

    def __init__(self, request: RenderRequest) -> None:
        self._request = request
        self._gain = np.float32(GAIN_ELECTRONS_PER_COUNT[request.gain])
        self._detector = detector_of(request.det_id)
        self._wcs = true_wcs(request)
        self._fwhm_arcsec = blurred_fwhm_arcsec(request.seeing_fwhm_arcsec, request.focus_offset_mm)
        self._psf = MoffatPsf.of_fwhm_arcsec(self._fwhm_arcsec)
        self._stars = (
            stars_on_chip(
                load_tycho2(request.star_index_directory), self._wcs, year_of(request.start_time_us)
            )
            if request.data_type == "OBJECT"
            else None
        )
        self._clear_light_e = self._light_through_clear_sky()
        self._transparency_expected: float | None = None
        self._expected = np.empty(ORIGINAL_SHAPE, dtype=np.float32)
        self._sigma = np.empty(ORIGINAL_SHAPE, dtype=np.float32)
        self._counts = np.empty(ORIGINAL_SHAPE, dtype=np.float32)

    def write_frame(self, frame: int, out: NDArray[np.uint16]) -> None:
        """Render one frame, counted from 0, into an array of shape (1200, 2160)."""
        request, counts = self._request, self._counts
        self._expect(request.transparency[frame])
        random = generator_for(
            Purpose.FRAME_NOISE, request.seed, request.exposure_number, request.det_id, frame
        )
        offset = random.normal(0, FRAME_OFFSET_COUNTS)
        random.standard_normal(out=counts, dtype=np.float32)
        counts *= self._sigma
        counts += self._expected
        counts += np.float32(offset + 0.5)
        for patch in self._patches(frame):
            noise = random.standard_normal(patch.electrons.shape, dtype=np.float32)
            counts[IMAGING_AREA][patch.area] += (
                patch.electrons + np.sqrt(patch.electrons) * noise
            ) / self._gain
        np.minimum(counts, np.float32(BIAS_COUNTS + FULL_WELL_E / self._gain), out=counts)
        np.copyto(out, counts, casting="unsafe")

    def truth(self) -> ChipTruth:
        """Everything that went into the frames."""
        frames = range(self._request.nframe)
        return ChipTruth(
            request=self._request,
            wcs=self._wcs,
            response=float(self._detector.response.mean(dtype=np.float64)),
            zero_point_mag=zero_point_mag(),
            fwhm_arcsec=self._fwhm_arcsec,
            stars=self._stars,
            movers=tuple(
                place for frame in frames for _, place in self._movers(frame) if place.is_on_imaging_area
            ),
            cosmic_rays=tuple(ray for frame in frames for ray in self._cosmic_rays(frame)),
        )

    def _light_through_clear_sky(self) -> NDArray[np.float32]:
        """Expected electrons a frame that vary with transparency, on the imaging area: stars, or twilight."""
        request = self._request
        light = np.zeros(IMAGING_SHAPE, dtype=np.float32)
        if self._stars is not None:
            flux = 10 ** (-0.4 * (self._stars.magnitude - zero_point_mag()))
            self._psf.add_stars(light, self._stars.x, self._stars.y, flux * request.exposure_seconds)
        if request.data_type == "FLAT":
            light += twilight(request.det_id) * np.float32(
                request.flat_e_per_second * request.exposure_seconds
            )
        light *= self._detector.response
        return light

    def _expect(self, transparency: float) -> None:
        """Set the expected counts of every pixel and their standard deviations, if not yet for this sky."""
        if transparency == self._transparency_expected:
            return
        request, detector = self._request, self._detector
        electrons = self._clear_light_e * np.float32(transparency)
        if request.data_type == "OBJECT":
            glow = 1 + CLOUD_GLOW * (1 - transparency)
            sky_e = sky_electrons_per_second(request.sky_mag_arcsec2) * request.exposure_seconds * glow
            electrons += detector.response * np.float32(sky_e)
        dark_seconds = request.exposure_seconds * dark_current_factor(request.sensor_temperature_k)
        electrons += detector.dark_e_per_second * np.float32(dark_seconds)
        np.copyto(self._expected, detector.bias_counts)
        self._expected[IMAGING_AREA] += electrons / self._gain
        self._sigma[:] = READ_NOISE_E / self._gain
        electrons += np.float32(READ_NOISE_E**2)
        self._sigma[IMAGING_AREA] = np.sqrt(electrons, out=electrons) / self._gain
        self._transparency_expected = transparency

    def _patches(self, frame: int) -> Iterator[LightPatch]:
        """Light of moving objects and charge of cosmic rays in one frame."""
        request = self._request
        for mover, place in self._movers(frame):
            clear_e = electrons_per_second(mover.magnitude) * request.exposure_seconds
            patch = trail(
                mover,
                place,
                self._wcs,
                request.exposure_seconds,
                clear_e * request.transparency[frame],
                self._psf,
            )
            np.multiply(patch.electrons, self._detector.response[patch.area], out=patch.electrons)
            yield patch
        for ray in self._cosmic_rays(frame):
            yield track(ray)

    def _movers(self, frame: int) -> Iterator[tuple[MovingObject, MoverInFrame]]:
        request = self._request
        if request.data_type != "OBJECT":
            return
        start_us = request.start_time_us + frame * frame_seconds(request.exposure_seconds) * 1e6
        for mover in request.movers:
            place = place_in_frame(mover, self._wcs, frame, start_us, request.exposure_seconds)
            if place is not None:
                yield mover, place

    def _cosmic_rays(self, frame: int) -> list[CosmicRay]:
        request = self._request
        random = generator_for(
            Purpose.COSMIC_RAYS, request.seed, request.exposure_number, request.det_id, frame
        )
        return cosmic_rays(random, frame, request.exposure_seconds)


def render_chip(request: RenderRequest, out: NDArray[np.uint16]) -> ChipTruth:
    """Render every frame of one chip into `out`, shape (nframe, 1200, 2160), and return what was true.

    Raises ValueError when the array has another form, StarIndexMissing or StarIndexDamaged.
    """
    expected_shape = (request.nframe, *ORIGINAL_SHAPE)
    if out.shape != expected_shape or out.dtype != np.uint16:
        raise ValueError(f"frames need a uint16 array of shape {expected_shape}, not {out.dtype} {out.shape}")
    renderer = ChipRenderer(request)
    for frame in range(request.nframe):
        renderer.write_frame(frame, out[frame])
    return renderer.truth()


def true_wcs(request: RenderRequest) -> WCS:
    """Where the sky truly falls on the chip: what the pixels are made with, by definition.

    Of the third order, which is within 0.00001 pixel of optics and air as they are thought.
    """
    return distorted_wcs(
        request.det_id,
        request.true_ra_deg,
        request.true_dec_deg,
        request.start_time_us,
        air=request.air,
        distortion=request.distortion,
        order=TRUE_ORDER,
    )


def twilight(det_id: int) -> NDArray[np.float32]:
    """Twilight sky along a chip's rows relative to the middle of the field, shape (2000,)."""
    chip = CHIPS[det_id]
    x = np.arange(IMAGING_SHAPE[1]) - (IMAGING_SHAPE[1] - 1) / 2
    sense = 1 if chip.rotation_deg == 0 else -1
    xi = chip.xi_deg - sense * x * PIXEL_SCALE_ARCSEC / 3600
    return np.asarray(1 + TWILIGHT_GRADIENT * xi / FIELD_RADIUS_DEG, dtype=np.float32)
