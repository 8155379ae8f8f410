"""The archive index: one row a product, as it was when it was archived, and one a rejected product.

Tables follow the relations between facts and the moment at which each is known, as in the archive of
Tomo-e Gozen (`stack_files`: exp_id, det_id, ...): a row once written is never changed. The view `archive`
joins products with their exposures. Times are UTC microseconds, positions ICRS degrees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from projections.projection import Projection, Row
from projections.store import ProjectionReader
from tomoe_es.camera import frame_id as frame_ids
from tomoe_es.camera.frame_id import det_id_of
from tomoe_es.events import camera, reduction
from tomoe_es.events.envelope import Recorded
from tomoe_es.scheduling.sky import separation_arcsec

if TYPE_CHECKING:
    import sqlite_utils


class OpenExposure(msgspec.Struct):
    """An exposure that is not over: what will be its row, once its times are known."""

    request: camera.ExposureRequested
    start_us: int = 0


class ChipFacts(msgspec.Struct, kw_only=True):
    """What is measured of a chip before its product is archived or rejected."""

    ra_deg: float | None = None
    dec_deg: float | None = None
    stars: int | None = None
    rms_arcsec: float | None = None
    offset_arcsec: float | None = None
    sources: int | None = None
    fwhm_arcsec: float | None = None
    sky_counts: float | None = None
    noise_counts: float | None = None


_NOTHING_MEASURED = ChipFacts()


class Archive(msgspec.Struct):
    """Facts that wait for the event that completes their row."""

    exposures: dict[int, OpenExposure] = {}
    chips: dict[str, ChipFacts] = {}  # by FRAME_ID


def create_tables(database: sqlite_utils.Database) -> None:
    """Exposures, products and rejections."""
    exposures = database.table("exposures").create(
        {
            "exp_id": int,
            "night": str,
            "name": str,
            "data_type": str,
            "recipe_id": str,
            "observer": str,
            "project": str,
            "gain": str,
            "exposure_seconds": float,
            "frames": int,
            "pointing_ra_deg": float,
            "pointing_dec_deg": float,
            "start_us": int,
            "end_us": int,
        },
        pk="exp_id",
        strict=True,
    )
    exposures.create_index(["night"])
    exposures.create_index(["recipe_id"])
    products = database.table("products").create(
        {
            "product_id": str,
            "exp_id": int,
            "frame_id": str,
            "det_id": int,
            "kind": str,
            "path": str,
            "file_name": str,
            "sha256": str,
            "size_bytes": int,
            "ra_deg": float,
            "dec_deg": float,
            "stars": int,
            "rms_arcsec": float,
            "offset_arcsec": float,
            "sources": int,
            "fwhm_arcsec": float,
            "sky_counts": float,
            "noise_counts": float,
            "archived_us": int,
            "position": int,
        },
        pk="product_id",
        strict=True,
    )
    products.create_index(["exp_id"])
    products.create_index(["dec_deg"])
    rejections = database.table("rejections").create(
        {
            "position": int,
            "exp_id": int,
            "frame_id": str,
            "det_id": int,
            "kind": str,
            "reasons": str,  # JSON list
            "sources": int,
            "fwhm_arcsec": float,
            "sky_counts": float,
            "noise_counts": float,
            "rejected_us": int,
        },
        pk="position",
        strict=True,
    )
    rejections.create_index(["exp_id"])
    database.create_view("archive", "SELECT * FROM products JOIN exposures USING (exp_id)")


def of_night(reader: ProjectionReader, night: str) -> list[dict[str, Any]]:
    """Products of a night, in order of exposure and chip."""
    return _rows(reader, "night = ?", [night])


def of_recipe(reader: ProjectionReader, recipe_id: str) -> list[dict[str, Any]]:
    """Products of a recipe, in order of exposure and chip."""
    return _rows(reader, "recipe_id = ?", [recipe_id])


def near(reader: ProjectionReader, ra_deg: float, dec_deg: float, radius_deg: float) -> list[dict[str, Any]]:
    """Solved products whose centre is within a radius of a position on the sky."""
    strip = _rows(reader, "dec_deg BETWEEN ? AND ?", [dec_deg - radius_deg, dec_deg + radius_deg])
    limit_arcsec = radius_deg * 3600
    return [
        row
        for row in strip
        if separation_arcsec(ra_deg, dec_deg, row["ra_deg"], row["dec_deg"]) <= limit_arcsec
    ]


def rejections_of_night(reader: ProjectionReader, night: str) -> list[dict[str, Any]]:
    """Rejected products of a night, `reasons` as a list."""
    rows = reader.database().query(
        "SELECT * FROM rejections JOIN exposures USING (exp_id) WHERE night = ? ORDER BY position", [night]
    )
    return [{**row, "reasons": msgspec.json.decode(row["reasons"])} for row in rows]


def _rows(reader: ProjectionReader, condition: str, values: list[Any]) -> list[dict[str, Any]]:
    sql = f"SELECT * FROM archive WHERE {condition} ORDER BY exp_id, det_id, kind"
    return list(reader.database().query(sql, values))


def _requested(state: Archive, event: camera.ExposureRequested, _: Recorded) -> None:
    state.exposures[event.exposure_number] = OpenExposure(event)


def _started(state: Archive, event: camera.ExposureStarted, _: Recorded) -> None:
    if exposure := state.exposures.get(event.exposure_number):
        exposure.start_us = event.start_us


def _finished(state: Archive, event: camera.ExposureFinished, _: Recorded) -> list[Row]:
    exposure = state.exposures.pop(event.exposure_number, None)
    if exposure is None:
        return []
    request = exposure.request
    row = (
        request.exposure_number,
        request.night,
        request.name,
        request.data_type,
        request.recipe_id,
        request.observer,
        request.project,
        request.gain,
        request.exposure_seconds,
        request.frames,
        request.ra_deg,
        request.dec_deg,
        exposure.start_us,
        event.end_us,
    )
    return [("exposures", row)]


def _aborted(state: Archive, event: camera.ExposureAborted, _: Recorded) -> None:
    state.exposures.pop(event.exposure_number, None)


def _facts(state: Archive, frame_id: str) -> ChipFacts:
    facts = state.chips.get(frame_id)
    if facts is None:
        facts = state.chips[frame_id] = ChipFacts()
    return facts


def _solved(state: Archive, event: reduction.FieldSolved, _: Recorded) -> None:
    facts = _facts(state, event.frame_id)
    facts.ra_deg, facts.dec_deg, facts.stars = event.ra_deg, event.dec_deg, event.stars
    facts.rms_arcsec, facts.offset_arcsec = event.rms_arcsec, event.offset_arcsec


def _measured(state: Archive, event: reduction.PhotometryMeasured, _: Recorded) -> None:
    facts = _facts(state, event.frame_id)
    facts.sources, facts.fwhm_arcsec = event.sources, event.fwhm_arcsec
    facts.sky_counts, facts.noise_counts = event.sky_counts, event.noise_counts


def _archived(state: Archive, event: reduction.ProductArchived, recorded: Recorded) -> list[Row]:
    facts = state.chips.get(event.frame_id, _NOTHING_MEASURED)
    row = (
        event.product_id,
        event.exposure_number,
        event.frame_id,
        det_id_of(event.frame_id),
        event.kind,
        event.path,
        event.path.rpartition("/")[2],
        event.sha256,
        event.size_bytes,
        *msgspec.structs.astuple(facts),
        recorded.time,
        recorded.position,
    )
    return [("products", row)]


def _rejected(state: Archive, event: reduction.ProductRejected, recorded: Recorded) -> list[Row]:
    facts = state.chips.get(event.frame_id, _NOTHING_MEASURED)
    row = (
        recorded.position,
        event.exposure_number,
        event.frame_id,
        det_id_of(event.frame_id),
        event.kind,
        msgspec.json.encode(event.reasons).decode(),
        facts.sources,
        facts.fwhm_arcsec,
        facts.sky_counts,
        facts.noise_counts,
        recorded.time,
    )
    return [("rejections", row)]


def _reduced(state: Archive, event: reduction.ReductionFinished, _: Recorded) -> None:
    state.chips.pop(event.frame_id, None)


def _failed(state: Archive, event: reduction.ReductionFailed, _: Recorded) -> None:
    state.chips.pop(event.frame_id, None)


PROJECTION = Projection(
    name="archive_index",
    state=Archive,
    evolve={
        camera.ExposureRequested: _requested,
        camera.ExposureStarted: _started,
        camera.ExposureFinished: _finished,
        camera.ExposureAborted: _aborted,
        reduction.FieldSolved: _solved,
        reduction.PhotometryMeasured: _measured,
        reduction.ProductArchived: _archived,
        reduction.ProductRejected: _rejected,
        reduction.ReductionFinished: _reduced,
        reduction.ReductionFailed: _failed,
    },
    create_tables=create_tables,
    sources=(__file__, frame_ids.__file__),
)
