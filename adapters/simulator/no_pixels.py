"""A night of events only: what camera and reduction would report, without making or reducing any image.

It shows the flow of a full night, 84 chips and 1,600 exposures, on a small machine. Such a night says so in
its NightPlanned event; its digests are of names, since there are no bytes.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable

import erfa

from adapters.simulator.camera import StartedExposure
from adapters.simulator.true_state import TrueState
from tomoe_es.camera.focal_plane import chip_centre
from tomoe_es.events import Event, reduction, transfer
from tomoe_es.events.reduction import QualityVerdict
from tomoe_es.reduction.archive_path import archive_path
from tomoe_es.reduction.job import ProductKind
from tomoe_es.reduction.queue_state import Exposure, Job, ReductionState

CUBE_BYTES = 93_314_880
STACK_BYTES = 9_034_560
MADE_KINDS = frozenset({"DARK", "FLAT", "STACK"})
"""Of products; what else a pipeline asks for (NEO, ADES, CUBE) isn't reported."""
SOLVABLE_TRANSPARENCY = 0.1
"""Below this the stars of Tycho-2 drown in the sky."""


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


CLOUDY = "probably cloudy"


class NoImaging:
    """Reports every chip as buffered, and notes how far off the telescope really pointed."""

    def __init__(self, truth: Callable[[], TrueState] | None = None) -> None:
        """Without `truth` the telescope points where it was told to."""
        self._truth = truth
        self._offsets: dict[int, float] = {}

    def offset_arcsec(self, exposure_number: int) -> float:
        """Angle between where an exposure was asked for and where the telescope pointed as it began."""
        return self._offsets.get(exposure_number, 0.0)

    def begin(self, exposure: StartedExposure) -> None:
        """Look where the telescope points."""
        if self._truth is not None:
            truth, request = self._truth(), exposure.request
            asked = math.radians(request.ra_deg), math.radians(request.dec_deg)
            off = erfa.seps(*asked, math.radians(truth.ra_deg), math.radians(truth.dec_deg))
            self._offsets[request.exposure_number] = math.degrees(off) * 3600.0

    def abort(self, exposure: StartedExposure) -> None:
        """Nothing to forget."""

    def ready(self, exposure: StartedExposure) -> bool:
        """Nothing to wait for."""
        return True

    def finish(self, exposure: StartedExposure) -> list[Event]:
        """A cube for each chip."""
        request = exposure.request
        return [
            transfer.ChipCubeBuffered(
                exposure_number=request.exposure_number,
                frame_id=frame_id,
                path=f"{request.night}/{request.exposure_number:08d}/r{frame_id}.fits",
                blake3=_digest(frame_id),
                size_bytes=CUBE_BYTES,
            )
            for frame_id in exposure.frame_ids
        ]


class NoReducing:
    """Reports results as they would be under the transparency of the sky, and where the telescope pointed."""

    def __init__(
        self,
        transparency: Callable[[int], float],
        offset_arcsec: Callable[[int], float] = lambda _exposure_number: 0.0,
    ) -> None:
        self._transparency, self._offset_arcsec = transparency, offset_arcsec
        self._begun: dict[str, Exposure] = {}

    def begin(self, state: ReductionState, job: Job) -> None:
        """Remember what the job is about."""
        self._begun[job.frame_id] = state.exposures[job.exposure_number]

    def forget(self, job: Job) -> None:
        """Nothing runs."""
        del self._begun[job.frame_id]

    def is_there(self) -> bool:
        """Always."""
        return True

    def ready(self, job: Job) -> bool:
        """Nothing to wait for."""
        return True

    def finish(self, job: Job) -> list[Event]:
        """The outcome of a job."""
        exposure = self._begun.pop(job.frame_id)
        number, frame_id = job.exposure_number, job.frame_id
        events: list[Event]
        if job.data_type != "OBJECT":
            events = [self._archived(job, job.data_type)]
        else:
            transparency = self._transparency(exposure.start_us)
            solved = transparency > SOLVABLE_TRANSPARENCY
            events = [
                self._solution(job, exposure) if solved else self._failure(job),
                reduction.PhotometryMeasured(
                    exposure_number=number,
                    frame_id=frame_id,
                    sources=round(400 * transparency),
                    sky_counts=181.0,
                    noise_counts=3.3,
                    fwhm_arcsec=3.5,
                ),
                reduction.QualityJudged(
                    exposure_number=number,
                    frame_id=frame_id,
                    passed=solved,
                    verdicts=[
                        QualityVerdict(
                            check="astrometry",
                            value=12.0 if solved else 0.0,
                            limit=4.0,
                            unit="star",
                            passed=solved,
                            reason="" if solved else CLOUDY,
                        ),
                    ],
                ),
                self._archived(job, "STACK")
                if solved
                else reduction.ProductRejected(
                    exposure_number=number, frame_id=frame_id, kind="STACK", reasons=["astrometry"]
                ),
            ]
        finished = reduction.ReductionFinished(
            exposure_number=number,
            frame_id=frame_id,
            job_id=job.job_id,
            attempt=job.attempt,
            stage_seconds={},
            steps_not_done=[reduction.NO_PIXELS],
        )
        return [*events, finished]

    def _solution(self, job: Job, exposure: Exposure) -> Event:
        request = exposure.request
        ra_deg, dec_deg = chip_centre(job.det_id, request.ra_deg, request.dec_deg)
        return reduction.FieldSolved(
            exposure_number=job.exposure_number,
            frame_id=job.frame_id,
            ra_deg=round(ra_deg, 6),
            dec_deg=round(dec_deg, 6),
            stars=12,
            rms_arcsec=0.02,
            offset_arcsec=round(self._offset_arcsec(job.exposure_number), 1),
        )

    def _failure(self, job: Job) -> Event:
        return reduction.AstrometryFailed(
            exposure_number=job.exposure_number, frame_id=job.frame_id, sources=0, reason=CLOUDY
        )

    def _archived(self, job: Job, kind: ProductKind) -> Event:
        return reduction.ProductArchived(
            exposure_number=job.exposure_number,
            frame_id=job.frame_id,
            product_id=job.job_id,
            kind=kind,
            path=archive_path(job.frame_id, kind).as_posix(),
            sha256=_digest(job.job_id),
            size_bytes=STACK_BYTES,
        )
