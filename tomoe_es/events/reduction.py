"""Events of the reduction: its queue, and the result of every step for every chip."""

from __future__ import annotations

from typing import Literal

import msgspec

from tomoe_es.events.base import Event
from tomoe_es.events.camera import DataType

Lane = Literal["default", "express"]
Proposer = Literal["astrometry.net", "vote"]
"""Who proposed an astrometric solution: the solver, or a vote on the shift where it found none."""


UnsolvedCause = Literal["clouds", "no light", "few stars", "chip", "readout", "pointing"]


class ReductionEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event in the reduction of one exposure."""

    exposure_number: int

    def stream(self) -> str:
        return f"reduction/{self.exposure_number:08d}"


class ReductionEngineStarted(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An engine that runs jobs is there, with so much for all jobs together and for one of them.

    It holds no lease of an earlier one.
    """

    engine: str
    slots: int  # one job takes one CPU
    memory_mb: int
    ram_disk_mb: int
    job_memory_mb: int  # the most that one job can get: of the largest worker
    job_ram_disk_mb: int
    lease_seconds: float

    def stream(self) -> str:
        return "reduction_engine"


class ReductionEngineLost(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """The engine that runs jobs is gone, and its leases with it: the jobs wait until one starts."""

    engine: str
    condition: str
    message: str

    def stream(self) -> str:
        return "reduction_engine"


class ReductionQueued(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The chips of an exposure entered the reduction queue."""

    lane: Lane
    data_type: DataType
    steps: list[str]
    frame_ids: list[str]
    dark_exposure: int | None  # the last matching dark and flat, of any night; None: there is none
    flat_exposure: int | None
    dark_night: str | None  # when that dark and that flat were taken
    flat_night: str | None


class ReductionLeased(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A job was given to a free slot of the engine, until a deadline."""

    frame_id: str
    job_id: str
    attempt: int  # number of its lease; one that ends with the engine is no reason to give the job up
    lease_until_us: int
    dark_exposure: int | None  # used for this chip; an earlier one where the last gave no master of it
    flat_exposure: int | None


class ReductionLeaseExpired(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """No result came within the lease; the job may be leased again."""

    frame_id: str
    job_id: str
    attempt: int


class StarIndexBuilt(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """The star index of a part of the sky is there for the solver."""

    ra_deg: float  # of its middle
    dec_deg: float
    radius_deg: float
    year: float  # the stars' places are those of this time
    stars: int
    star_list: str  # digest of the list of stars, which the products' headers name too
    folder: str  # below the scratch folder: made anew when missing
    moved: bool  # with proper motions; False: there is no catalogue of them, the places are those of 2000

    def stream(self) -> str:
        return f"star_index/{self.star_list}"


class FieldSolved(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The astrometric solution of one chip was found, and verified against the stars of a list."""

    frame_id: str
    ra_deg: float  # of the chip's centre, ICRS
    dec_deg: float
    stars: int
    rms_arcsec: float
    offset_arcsec: float  # of the solved centre from the one predicted by the pointing
    log_odds: float | None = (
        None  # natural logarithm of the odds against chance; None: a night without pixels
    )
    proposer: Proposer | None = None
    second_order: bool = False  # whether the stars gave second-order terms beyond those of the camera
    star_list: str = ""  # digest of the catalogue's stars, as in StarIndexBuilt


class AstrometryFailed(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """No astrometric solution was found for one chip."""

    frame_id: str
    sources: int
    reason: str
    catalogue_stars: int | None = None  # expected on the chip; None: it did not come to that


class FieldsUnsolved(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Chips of an exposure have no astrometric solution; why, by the sky and by their neighbours."""

    cause: UnsolvedCause
    frame_ids: list[str]  # of the chips without
    chips: int  # of the exposure
    reason: str


class PhotometryMeasured(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Sources, sky and image quality of one chip's stack."""

    frame_id: str
    sources: int
    sky_counts: float
    noise_counts: float
    fwhm_arcsec: float | None  # None: no star was good enough to measure it
    ellipticity: float | None = None  # 1 - minor / major axis, median of stars
    zero_point_mag: float | None = None  # of one count in the stack; None: too few catalogue stars
    zero_point_scatter_mag: float | None = None  # from star to star
    zero_point_stars: int = 0
    limiting_mag: float | None = None  # 5 sigma in the stack


class QualityVerdict(msgspec.Struct, frozen=True, gc=False):
    """One quality check: what was measured, against which limit, and whether it passed."""

    check: str
    value: float | None  # None: could not be measured
    limit: float
    unit: str
    passed: bool
    reason: str  # why it did not pass; empty when it did


class QualityJudged(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """All quality checks of one chip."""

    frame_id: str
    passed: bool
    verdicts: list[QualityVerdict]


class ProductArchived(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A product that passed its checks is a complete file in the archive."""

    frame_id: str
    product_id: str
    kind: str  # DARK, FLAT, STACK, CUBE, NEO, ADES
    path: str  # below the archive folder
    sha256: str
    size_bytes: int


class ProductRejected(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The product did not pass its checks; it is not archived."""

    frame_id: str
    kind: str
    reasons: list[str]


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """Where a moving object was in the middle of the exposure of its row."""

    time_us: int
    x: float  # 0-based pixel of the imaging area
    y: float
    error_along_pixels: float  # along the motion
    error_across_pixels: float
    ra_deg: float | None  # ICRS; None: the field is not solved
    dec_deg: float | None


class MovingObjectDetected(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A tracklet: one moving object in the frames of one chip, that chance and stars hardly feign."""

    frame_id: str
    tracklet_id: str  # as in the report to the Minor Planet Center
    kind: Literal["object", "satellite"]
    channel: str  # drift, groups, frames, streaks: what it was found by
    points: int
    score: float  # minus log10 of the number of such lines that chance makes on a chip
    signal_to_noise: float  # of one frame
    magnitude: float | None  # from the chip's zero point, where no star gives one from that of a clear sky
    magnitude_error: float | None  # of light and zero point; None where the zero point is that of a clear sky
    pixels_a_frame: float
    first_frame: int
    last_frame: int
    sightings: list[Sighting]
    rate_arcsec_per_second: float | None
    position_angle_deg: float | None  # of the motion, from north over east


class MovingObjectsSearched(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The frames of one chip were searched for moving objects; what became of all that was found."""

    frame_id: str
    points: int  # in single frames
    stationary: int  # points that stay: hot pixels, what is left of bright stars
    satellite_trails: int  # longer in one frame than the fastest object's way
    lines: int  # linked of points
    implausible: int  # lines whose streaks don't fit their way, or that hardly move
    low_score: int  # lines that chance may have made
    tracklets: int


class TrackletsJoined(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Tracklets of several exposures of one recipe are of one object."""

    recipe_id: str
    tracklet_ids: list[str]  # in order of time
    first_us: int
    last_us: int
    rate_arcsec_per_second: float  # over the whole way
    position_angle_deg: float
    residual_arcsec: float  # root mean square of the sightings about the way


NO_PIXELS = "no pixels"
"""The step not done of a night of events only: what is archived there has no file."""


class ReductionFinished(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The job returned a result, good or rejected."""

    frame_id: str
    job_id: str
    attempt: int
    stage_seconds: dict[str, float]
    steps_not_done: list[str]


class ReductionFailed(ReductionEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The job ended in a named condition; after the last attempt it is given up."""

    frame_id: str
    job_id: str
    attempt: int
    condition: str
    message: str
    given_up: bool
