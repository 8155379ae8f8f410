"""A reduction job and its result, as plain data that travels between processes: arrays go by path."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Final, Literal

import msgspec

from tomoe_es.events.reduction import Proposer
from tomoe_es.events.system import LogCheckpoint
from tomoe_es.reduction.checks import Verdict
from tomoe_es.reduction.moving_objects.tracklet import Tracklet
from tomoe_es.transfer.exposure_facts import DataType

Step = Literal["wcs", "stack", "clip", "neo", "cube"]
ProductKind = Literal["DARK", "FLAT", "STACK", "CUBE", "NEO", "ADES"]

_PRODUCTS: Final = uuid.UUID("6f1c2b0e-6a0b-5c57-9c0e-6d4f0f1d9a51")


class ReductionJob(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done with one raw cube.

    `ra_deg`, `dec_deg` and `start_us` are the log's word on pointing and start, against which the header's
    is held. Digests are of whole files. `event_positions` and `checkpoint`, the log's last one before the
    night, go into the products' headers.
    """

    job_id: str
    frame_id: str
    exposure_number: int
    det_id: int
    data_type: DataType
    cube_path: Path
    cube_blake3: str
    dark_path: Path | None = None
    dark_sha256: str | None = None
    flat_path: Path | None = None
    flat_sha256: str | None = None
    steps: tuple[Step, ...] = ()
    ra_deg: float = 0.0
    dec_deg: float = 0.0
    start_us: int
    code_version: str
    event_positions: dict[str, int] = {}
    checkpoint: LogCheckpoint | None = None
    archive: Path

    def product_id(self, kind: ProductKind) -> str:
        """UUIDv5 of the product: the same inputs, steps and code give the same product."""
        parts = [kind, self.frame_id, ",".join(sorted(self.steps)), self.code_version, self.cube_blake3]
        return str(uuid.uuid5(_PRODUCTS, "|".join([*parts, self.dark_sha256 or "", self.flat_sha256 or ""])))


class AstrometryResult(msgspec.Struct, frozen=True, kw_only=True):
    """The verified solution of the chip; `ra_deg`, `dec_deg` are its centre, ICRS.

    `proposer` is who found it, `catalogue_digest` names the list of stars that it was verified against.
    """

    ra_deg: float
    dec_deg: float
    offset_arcsec: float
    rms_arcsec: float
    stars: int
    log_odds: float
    pixel_scale_arcsec: float
    rotation_deg: float
    second_order: bool
    proposer: Proposer
    catalogue_digest: str


class PhotometryResult(msgspec.Struct, frozen=True, kw_only=True):
    """Sources and sky of the stack. `temporal_noise_counts` is that of one frame.

    Magnitudes are None without catalogue stars: zero point of one count in the stack, its scatter from star
    to star, its error, and what is 5 sigma in the stack and in one frame.
    """

    sources: int
    sky_counts: float
    noise_counts: float
    temporal_noise_counts: float
    saturated_fraction: float
    fwhm_arcsec: float | None
    ellipticity: float | None = None
    zero_point_mag: float | None = None
    zero_point_scatter_mag: float | None = None
    zero_point_error_mag: float | None = None
    zero_point_stars: int = 0
    limiting_mag: float | None = None
    frame_limiting_mag: float | None = None


class MovingObjectsResult(msgspec.Struct, frozen=True, kw_only=True):
    """The tracklets of a chip, and how many of what was found are none."""

    tracklets: tuple[Tracklet, ...]
    points: int
    stationary: int
    satellite_trails: int
    lines: int
    implausible: int
    low_score: int


class ArchivedProduct(msgspec.Struct, frozen=True, kw_only=True):
    """A complete file in the archive; `path` is below the archive folder."""

    product_id: str
    kind: ProductKind
    path: str
    sha256: str
    size_bytes: int


class Failure(msgspec.Struct, frozen=True):
    """A named condition that ended the job or a step."""

    condition: str
    message: str


class ReductionResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a job, ready to be turned into events.

    With `failure` nothing was judged or archived. `rejected` holds the reasons for which products were not
    archived. `catalogue_stars` were expected on a chip that could not be solved. `steps_not_done` has one
    'step: reason' a step asked for and not done.
    """

    job_id: str
    frame_id: str
    exposure_number: int
    data_type: DataType
    failure: Failure | None = None
    astrometry: AstrometryResult | None = None
    astrometry_failure: Failure | None = None
    catalogue_stars: int | None = None
    photometry: PhotometryResult | None = None
    moving_objects: MovingObjectsResult | None = None
    verdicts: tuple[Verdict, ...] = ()
    products: tuple[ArchivedProduct, ...] = ()
    rejected_kinds: tuple[ProductKind, ...] = ()
    rejected: tuple[str, ...] = ()
    steps_not_done: tuple[str, ...] = ()
    stage_seconds: dict[str, float] = {}

    @property
    def passed(self) -> bool:
        """Whether all checks were made and passed."""
        return self.failure is None and all(verdict.passed for verdict in self.verdicts)
