"""Moving objects into the archive: the collection of cut-outs and tracklets, and the report in ADES."""

from __future__ import annotations

from astropy.io import fits

from tomoe_es.reduction.checks import Verdict
from tomoe_es.reduction.job import ArchivedProduct, ReductionJob
from tomoe_es.reduction.moving_objects.ades import ades_report
from tomoe_es.reduction.moving_objects.collection import tracklet_table
from tomoe_es.reduction.moving_objects.step import MovingObjects
from tomoe_es.reduction.moving_objects.tracklet import Timing
from tomoe_es.reduction.product import archive_product, image_product, product_header


def timing_of(job: ReductionJob, raw: fits.Header) -> Timing:
    """When the frames of a raw cube were exposed: its start is the log's."""
    return Timing(start_us=job.start_us, frame_seconds=raw["TFRAME"], exposure_seconds=raw["EXPTIME1"])


def archive_moving_objects(
    job: ReductionJob,
    raw: fits.Header,
    moving: MovingObjects,
    astrometry_rms_arcsec: float,
    verdicts: tuple[Verdict, ...],
) -> tuple[ArchivedProduct, ...]:
    """Write collection and report; without tracklets there is neither, with only satellites no report."""
    if not moving.tracklets:
        return ()
    header = product_header(job, "NEO", raw, [("NTRACK", len(moving.tracklets), "tracklets")], verdicts)
    table = tracklet_table(moving.tracklets)
    products = [archive_product(job, "NEO", image_product(job, header, moving.cutouts, None, [table]))]
    if any(tracklet.kind == "object" for tracklet in moving.tracklets):
        report = ades_report(
            moving.tracklets, str(raw.get("OBSERVER", "")), astrometry_rms_arcsec, raw["EXPTIME1"]
        )
        products.append(archive_product(job, "ADES", [report.encode("ascii")]))
    return tuple(products)
