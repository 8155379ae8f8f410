"""The lineage: from a product to the events that it came from, by their positions in the log.

Only what the log's streams don't say is kept here: which product is of which exposure, which exposure of
which recipe and operation, the readings that were newest when it was asked for, and its dark and flat.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from projections.projection import Projection, Row
from projections.store import ProjectionReader
from tomoe_es.camera.frame_id import FILE_PREFIXES
from tomoe_es.control import hardware
from tomoe_es.events import Event, camera, recipe, reduction
from tomoe_es.events.envelope import Recorded

if TYPE_CHECKING:
    import sqlite_utils


class Lineage(msgspec.Struct, kw_only=True):
    """What the next exposure will be said to come from."""

    recipe_started: int = 0  # position; 0: no recipe is executing
    operation_started: int = 0
    readings: dict[str, int] = {}  # device to the position of its newest reading


class ProductRow(msgspec.Struct, frozen=True):
    """A product of the archive."""

    product_id: str
    file_name: str
    path: str  # below the archive folder
    kind: str
    sha256: str
    frame_id: str
    exp_id: int
    position: int


class ExposureRow(msgspec.Struct, frozen=True):
    """An exposure: who asked, and where in the log it begins."""

    exp_id: int
    recipe_id: str
    night: str
    position: int
    recipe_started: int
    operation_started: int
    readings: dict[str, int]


def create_tables(database: sqlite_utils.Database) -> None:
    """One row a product, an exposure and a reduction."""
    products = database.table("products").create(
        {
            "product_id": str,
            "file_name": str,
            "path": str,
            "kind": str,
            "sha256": str,
            "frame_id": str,
            "exp_id": int,
            "position": int,
        },
        pk="product_id",
        strict=True,
    )
    products.create_index(["file_name"])
    products.create_index(["sha256"])
    products.create_index(["exp_id"])
    database.table("exposures").create(
        {
            "exp_id": int,
            "recipe_id": str,
            "night": str,
            "position": int,
            "recipe_started": int,
            "operation_started": int,
            "readings": str,  # JSON: device to position
        },
        pk="exp_id",
        strict=True,
    )
    reductions = database.table("reductions").create(
        {"position": int, "exp_id": int, "frame_id": str, "dark_exp_id": int, "flat_exp_id": int},
        pk="position",
        strict=True,
    )
    for column in ("dark_exp_id", "flat_exp_id"):
        reductions.create_index([column])


def product(reader: ProjectionReader, name: str) -> ProductRow | None:
    """A product by its id, its file's path, name or stem, or SHA-256; the newest when there are several.

    A bare FRAME_ID means its stack rather than its cube.
    """
    file_name = PurePath(name).name
    file_names = [file_name, *(f"{prefix}{file_name}.fits" for prefix in ("", *FILE_PREFIXES.values()))]
    rows = reader.database().query(
        "SELECT * FROM products WHERE product_id = :name OR sha256 = :name"
        " OR file_name IN (SELECT value FROM json_each(:file_names))"
        " ORDER BY kind = 'CUBE', position DESC LIMIT 1",
        {"name": name, "file_names": msgspec.json.encode(file_names).decode()},
    )
    return next((msgspec.convert(row, ProductRow) for row in rows), None)


def products_of_exposure(reader: ProjectionReader, exp_id: int) -> list[ProductRow]:
    """Every product of an exposure, in order of their archiving."""
    rows = reader.database().table("products").rows_where("exp_id = ?", [exp_id], order_by="position")
    return [msgspec.convert(row, ProductRow) for row in rows]


def exposure(reader: ProjectionReader, exp_id: int) -> ExposureRow | None:
    """An exposure by its number."""
    rows = reader.database().table("exposures").rows_where("exp_id = ?", [exp_id])
    return next(
        (
            msgspec.convert({**row, "readings": msgspec.json.decode(row["readings"])}, ExposureRow)
            for row in rows
        ),
        None,
    )


def products_made_with(reader: ProjectionReader, calibration_exp_id: int) -> list[ProductRow]:
    """Every product that was made with the dark or flat of an exposure."""
    rows = reader.database().query(
        "SELECT * FROM products WHERE (exp_id, frame_id) IN (SELECT exp_id, frame_id FROM reductions"
        " WHERE dark_exp_id = :exposure OR flat_exp_id = :exposure) ORDER BY position",
        {"exposure": calibration_exp_id},
    )
    return [msgspec.convert(row, ProductRow) for row in rows]


def _reading(device: str) -> Any:
    def evolve(state: Lineage, _: Event, recorded: Recorded) -> None:
        state.readings[device] = recorded.position

    return evolve


def _started(state: Lineage, _: recipe.RecipeStarted, recorded: Recorded) -> None:
    state.recipe_started, state.operation_started = recorded.position, 0


def _operation(state: Lineage, _: recipe.OperationStarted, recorded: Recorded) -> None:
    state.operation_started = recorded.position


def _over(state: Lineage, _: recipe.RecipeEvent, __: Recorded) -> None:
    state.recipe_started = state.operation_started = 0


def _requested(state: Lineage, event: camera.ExposureRequested, recorded: Recorded) -> list[Row]:
    row = (
        event.exposure_number,
        event.recipe_id,
        event.night,
        recorded.position,
        state.recipe_started,
        state.operation_started,
        msgspec.json.encode(state.readings).decode(),
    )
    return [("exposures", row)]


def _leased(_: Lineage, event: reduction.ReductionLeased, recorded: Recorded) -> list[Row]:
    calibrations = (event.dark_exposure, event.flat_exposure)
    return [("reductions", (recorded.position, event.exposure_number, event.frame_id, *calibrations))]


def _archived(_: Lineage, event: reduction.ProductArchived, recorded: Recorded) -> list[Row]:
    name = event.path.rpartition("/")[2]
    row = (event.product_id, name, event.path, event.kind, event.sha256, event.frame_id)
    return [("products", (*row, event.exposure_number, recorded.position))]


PROJECTION = Projection(
    name="lineage",
    state=Lineage,
    evolve={
        **{each: _reading(device) for each, device in hardware.READINGS.items()},
        recipe.RecipeStarted: _started,
        recipe.OperationStarted: _operation,
        recipe.RecipeCompleted: _over,
        recipe.RecipeCancelled: _over,
        recipe.RecipeInterrupted: _over,
        camera.ExposureRequested: _requested,
        reduction.ReductionLeased: _leased,
        reduction.ProductArchived: _archived,
    },
    create_tables=create_tables,
    sources=(__file__, hardware.__file__),
)
