"""The archive index: products by sky position, night and recipe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projections import archive_index, lineage
from projections.projector import Projector
from projections.store import ProjectionReader
from tests.projections.memory_log import MemoryLog
from tests.projections.night_story import NIGHT, Story, frame_id_of, recipe_id_of, record, whole_night
from tomoe_es.events import reduction


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log, story = MemoryLog(), Story()
    record(log, whole_night())
    rejected = reduction.ProductRejected(
        exposure_number=3, frame_id=frame_id_of(3, 101), kind="CUBE", reasons=["cloudy", "noise"]
    )
    record(log, iter([story.at(rejected)]))
    with Projector(log, tmp_path) as projector:
        projector.catch_up()
    return tmp_path


@pytest.fixture
def index(folder: Path) -> Iterator[ProjectionReader]:
    with ProjectionReader(folder, archive_index.PROJECTION) as reader:
        yield reader


@pytest.fixture
def lines(folder: Path) -> Iterator[ProjectionReader]:
    with ProjectionReader(folder, lineage.PROJECTION) as reader:
        yield reader


def test_a_product_has_all_that_was_measured(index: ProjectionReader) -> None:
    row = archive_index.of_recipe(index, recipe_id_of(3))[0]

    assert row | {"start_us": 0, "end_us": 0, "archived_us": 0, "position": 0} == {
        "product_id": f"product-{frame_id_of(3, 101)}",
        "exp_id": 3,
        "frame_id": frame_id_of(3, 101),
        "det_id": 101,
        "kind": "STACK",
        "path": f"{NIGHT}/s{frame_id_of(3, 101)}.fits",
        "file_name": f"s{frame_id_of(3, 101)}.fits",
        "sha256": "cd" * 32,
        "size_bytes": 9_000_000,
        "ra_deg": 20.0,
        "dec_deg": 29.7,
        "stars": 12,
        "rms_arcsec": 0.1,
        "offset_arcsec": 3.0,
        "sources": 300,
        "fwhm_arcsec": 3.5,
        "sky_counts": 120.0,
        "noise_counts": 5.0,
        "archived_us": 0,
        "position": 0,
        "night": NIGHT,
        "name": "field3_dith1",
        "data_type": "OBJECT",
        "recipe_id": recipe_id_of(3),
        "observer": "T. Morokuma",
        "project": "All-Sky Survey",
        "gain": "high",
        "exposure_seconds": 0.5,
        "frames": 18,
        "pointing_ra_deg": 19.7,
        "pointing_dec_deg": 29.7,
        "start_us": 0,
        "end_us": 0,
    }
    assert row["start_us"] < row["end_us"] < row["archived_us"]


def test_products_of_a_night(index: ProjectionReader) -> None:
    kinds = [(row["exp_id"], row["det_id"], row["kind"]) for row in archive_index.of_night(index, NIGHT)]

    assert kinds[:4] == [(1, 101, "DARK"), (1, 102, "DARK"), (2, 101, "FLAT"), (2, 102, "FLAT")]
    assert len(kinds) == 12
    assert archive_index.of_night(index, "2023-12-13") == []


@pytest.mark.parametrize(
    ("ra_deg", "dec_deg", "radius_deg", "exposures"),
    [
        (20.0, 29.7, 0.05, {3}),
        (20.0, 29.7, 0.1, {3, 4}),  # 0.1 degree of right ascension is 0.087 degree on the sky here
        (20.1, 29.7, 0.1, {3, 4, 5}),
        (20.0, 30.7, 0.5, set()),
        (200.0, 29.7, 0.5, set()),
    ],
)
def test_products_near_a_position(
    index: ProjectionReader, ra_deg: float, dec_deg: float, radius_deg: float, exposures: set[int]
) -> None:
    assert {row["exp_id"] for row in archive_index.near(index, ra_deg, dec_deg, radius_deg)} == exposures


def test_rejections_keep_their_reasons(index: ProjectionReader) -> None:
    (row,) = archive_index.rejections_of_night(index, NIGHT)

    assert (row["frame_id"], row["kind"], row["reasons"]) == (
        frame_id_of(3, 101),
        "CUBE",
        ["cloudy", "noise"],
    )


def test_nothing_of_a_finished_night_waits_in_the_state(index: ProjectionReader) -> None:
    assert index.load().state == archive_index.Archive()


@pytest.mark.parametrize(
    "name",
    [f"product-{frame_id_of(4, 102)}", f"elsewhere/s{frame_id_of(4, 102)}.fits"],
)
def test_lineage_finds_a_product_by_id_and_by_file_name(lines: ProjectionReader, name: str) -> None:
    product = lineage.product(lines, name)

    assert product is not None
    assert (product.exp_id, product.frame_id) == (4, frame_id_of(4, 102))


def test_lineage_leads_from_a_dark_to_what_was_made_with_it(lines: ProjectionReader) -> None:
    made = lineage.products_made_with(lines, 1)

    assert {each.exp_id for each in made} == {2, 3, 4, 5, 6}


def test_lineage_of_an_exposure_nobody_took_is_unknown(lines: ProjectionReader) -> None:
    assert lineage.exposure(lines, 99) is None
    assert lineage.product(lines, "nothing") is None
