"""Star indexes are built while recipes wait, told with the digest of their stars, and serve for a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from adapters.engines.process_pool import ProcessPool
from adapters.star_indexes import BUILT_AFTER_US, SkyIndexes, StarIndexes, sky_cell
from adapters.tycho2_field_index import read_star_list
from tests.adapters.simulator.stepped import START_US, Line, exposure_request
from tomoe_es.camera.focal_plane import chip_centre
from tomoe_es.clock import SECOND, from_datetime
from tomoe_es.events.reduction import StarIndexBuilt
from tomoe_es.scheduling.sky import separation_arcsec

CHIPS = (101, 201)


@pytest.fixture
def pool() -> Iterator[ProcessPool]:
    pool = ProcessPool(1)
    yield pool
    pool.close()


def line_with_indexes(pool: ProcessPool, folder: Path, now: int = START_US) -> Line:
    line = Line(now=now)
    indexes = StarIndexes(line.timers, line.conductor.record, pool, folder, CHIPS)
    line.conductor.add_effects(indexes.effects())
    return line


def built(line: Line) -> list[StarIndexBuilt]:
    return [each for each in line.payloads(StarIndexBuilt) if isinstance(each, StarIndexBuilt)]


def test_an_exposure_has_its_indexes_built_once_and_told(pool: ProcessPool, tmp_path: Path) -> None:
    line = line_with_indexes(pool, tmp_path)
    request = msgspec.structs.replace(exposure_request(1), ra_deg=31.0, dec_deg=1.4)
    line.record(request)
    line.record(msgspec.structs.replace(request, exposure_number=2))
    assert not built(line)
    line.run_until(BUILT_AFTER_US / SECOND)
    cells = {sky_cell(*chip_centre(chip, 31.0, 1.4)) for chip in CHIPS}
    assert {(each.ra_deg, each.dec_deg, each.radius_deg) for each in built(line)} == cells
    assert len(built(line)) == len(cells)
    for each in built(line):
        listed = read_star_list(tmp_path / each.folder)
        assert (each.star_list, each.stars) == (listed.digest, len(listed.magnitude))
        assert (each.moved, each.year) == (False, 2023.5)


def test_an_exposure_without_astrometry_needs_none(pool: ProcessPool, tmp_path: Path) -> None:
    line = line_with_indexes(pool, tmp_path)
    line.record(msgspec.structs.replace(exposure_request(1), pipeline=["stack"]))
    line.run_until(BUILT_AFTER_US / SECOND)
    assert not built(line)


def test_a_year_has_its_own_indexes(tmp_path: Path) -> None:
    year_us = 31_557_600 * SECOND
    first, later = SkyIndexes.at(tmp_path, START_US), SkyIndexes.at(tmp_path, START_US + year_us)
    assert (first.year, later.year) == (2023, 2024)
    assert SkyIndexes.at(tmp_path, START_US - 20 * 86_400 * SECOND) == first


def test_a_night_that_passes_new_year_has_the_indexes_of_both_years(
    pool: ProcessPool, tmp_path: Path
) -> None:
    new_years_eve = from_datetime(datetime(2023, 12, 31, 12, tzinfo=UTC))
    line = line_with_indexes(pool, tmp_path, new_years_eve)
    line.record(msgspec.structs.replace(exposure_request(1), ra_deg=31.0, dec_deg=1.4))
    line.timers.run_until(new_years_eve + BUILT_AFTER_US)
    cells = {sky_cell(*chip_centre(chip, 31.0, 1.4)) for chip in CHIPS}
    assert {(each.year, each.ra_deg, each.dec_deg) for each in built(line)} == {
        (year, ra_deg, dec_deg) for year in (2023.5, 2024.5) for ra_deg, dec_deg, _ in cells
    }
    assert len(built(line)) == 2 * len(cells)


@pytest.mark.parametrize(
    ("ra_deg", "dec_deg"),
    [
        (0.0, 0.0),
        (359.99, 45.0),
        (123.4, -89.9),
        (200.0, 89.0),
        (0.01, 87.01),
        (119.99, 87.01),
        (0.01, 84.01),
        (200.0, 90.0),
        (200.0, -90.0),
    ],
)
def test_a_cell_reaches_beyond_its_edges_by_a_chip(ra_deg: float, dec_deg: float) -> None:
    cell_ra, cell_dec, radius_deg = sky_cell(ra_deg, dec_deg)
    assert separation_arcsec(ra_deg, dec_deg, cell_ra, cell_dec) / 3600 < radius_deg - 0.38


def test_the_same_place_is_in_the_same_cell_however_it_is_counted() -> None:
    assert sky_cell(360.0, 10.0) == sky_cell(0.0, 10.0) == sky_cell(720.0, 10.0)
    assert sky_cell(-0.01, 10.0) == sky_cell(359.99, 10.0) == sky_cell(-1e-17, 10.0)
