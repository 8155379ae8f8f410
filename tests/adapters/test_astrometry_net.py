"""The real solver on positions of real stars: right within an arcsec, or a named failure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.astrometry_net import AstrometryNet, installed_solver
from adapters.simulator.sky.catalogue import load_tycho2
from adapters.simulator.sky.field import stars_on_chip
from adapters.tycho2_field_index import BUILDS, build_field_index
from tomoe_es.camera.focal_plane import chip_centre, chip_wcs
from tomoe_es.reduction.astrometric_solver import FieldHint
from tomoe_es.reduction.astrometry import solve_chip
from tomoe_es.reduction.conditions import AstrometryFailed, SolverTimedOut, SolverUnavailable
from tomoe_es.scheduling.sky import separation_arcsec

# Chip and boresight of fields at |b| > 20 and |b| < 10, with 5 to 14 Tycho-2 stars on the chip.
CHIPS = [(101, 30.8, -3.9), (208, 172.0, 43.0), (321, 250.6, 0.6), (415, 288.5, 24.5), (101, 74.6, 28.8)]


def brightest_stars(det_id: int, ra_deg: float, dec_deg: float, error_pixels: float) -> NDArray[np.float64]:
    """Positions of the chip's brightest 60 stars, 0-based pixels, measured with an error."""
    stars = stars_on_chip(load_tycho2(), chip_wcs(det_id, ra_deg, dec_deg))
    on_chip = (stars.x > 0) & (stars.x < 1999) & (stars.y > 0) & (stars.y < 1127)
    order = np.argsort(stars.magnitude[on_chip])[:60]
    xy = np.column_stack([stars.x[on_chip], stars.y[on_chip]])[order]
    return xy + np.random.default_rng(det_id).normal(0, error_pixels, xy.shape)


@pytest.fixture(scope="module")
def fields() -> list[tuple[float, float, float]]:
    return [(*chip_centre(det_id, ra, dec), 0.6) for det_id, ra, dec in CHIPS]


@pytest.fixture(scope="module")
def own_index(fields: list[tuple[float, float, float]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_field_index(fields, tmp_path_factory.mktemp("index"))


@pytest.fixture
def solver(own_index: Path, tmp_path: Path) -> AstrometryNet:
    return installed_solver(own_index, scratch=tmp_path)


@pytest.mark.parametrize(("det_id", "ra_deg", "dec_deg"), CHIPS)
def test_every_corner_of_the_chip_is_within_an_arcsec_of_the_truth(
    solver: AstrometryNet, det_id: int, ra_deg: float, dec_deg: float
) -> None:
    xy = brightest_stars(det_id, ra_deg, dec_deg, error_pixels=0.05)
    off_by_an_arcmin = (ra_deg + 40 / 3600 / np.cos(np.radians(dec_deg)), dec_deg - 40 / 3600)
    solution = solve_chip(xy, chip_wcs(det_id, *off_by_an_arcmin), solver)
    corners = np.array([[0.0, 0.0], [1999.0, 0.0], [0.0, 1127.0], [1999.0, 1127.0]])
    true = chip_wcs(det_id, ra_deg, dec_deg).wcs_pix2world(corners, 0)
    found = solution.wcs.all_pix2world(corners, 0)
    assert max(separation_arcsec(*a, *b) for a, b in zip(true, found, strict=True)) < 0.5
    assert solution.offset_arcsec == pytest.approx(56.6, abs=1.0)
    assert solution.log_odds > np.log(1e6)


def test_stars_at_random_places_are_never_solved(solver: AstrometryNet) -> None:
    random = np.random.default_rng(7)
    for _ in range(10):
        xy = random.uniform((0, 0), (2000, 1128), (20, 2))
        with pytest.raises(AstrometryFailed, match="probably cloudy"):
            solve_chip(xy, chip_wcs(101, 30.8, -3.9), solver)


def test_another_field_than_the_one_pointed_at_is_not_solved(solver: AstrometryNet) -> None:
    xy = brightest_stars(415, 288.5, 24.5, error_pixels=0.05)
    with pytest.raises(AstrometryFailed):
        solve_chip(xy, chip_wcs(415, 250.6, 0.6), solver)


def test_the_scratch_folder_is_left_empty(solver: AstrometryNet, tmp_path: Path) -> None:
    solve_chip(brightest_stars(*CHIPS[0], error_pixels=0.05), chip_wcs(*CHIPS[0]), solver)
    assert list(tmp_path.iterdir()) == []


def test_a_solver_that_hangs_is_ended(solver: AstrometryNet, tmp_path: Path) -> None:
    hanging = tmp_path / "astrometry-engine"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o755)
    impatient = AstrometryNet(hanging, solver.index_folder, tmp_path, wall_seconds=0.2)
    with pytest.raises(SolverTimedOut, match=r"did not end within 0\.2 s"):
        impatient.solve(np.ones((4, 2)), (2000, 1128), FieldHint(30.0, 0.0, 0.5, 1.16, 1.21))


def test_a_solver_at_its_cpu_limit_says_nothing_of_the_field(solver: AstrometryNet, tmp_path: Path) -> None:
    exhausted = tmp_path / "astrometry-engine"
    exhausted.write_text("#!/bin/sh\necho Total CPU time limit reached!\n")
    exhausted.chmod(0o755)
    impatient = AstrometryNet(exhausted, solver.index_folder, tmp_path)
    with pytest.raises(SolverTimedOut, match="30 s of CPU time"):
        impatient.solve(np.ones((4, 2)), (2000, 1128), FieldHint(30.0, 0.0, 0.5, 1.16, 1.21))


def test_a_missing_program_is_named_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SolverUnavailable, match=r"apt-get install astrometry\.net"):
        installed_solver(tmp_path)
    with pytest.raises(SolverUnavailable, match=r"apt-get install astrometry\.net"):
        build_field_index([(30.0, 0.0, 0.5)], tmp_path)


def test_a_missing_index_is_named_with_the_line_that_installs_it(tmp_path: Path) -> None:
    with pytest.raises(SolverUnavailable, match="apt-get install astrometry-data-tycho2"):
        build_field_index([(30.0, 0.0, 0.5)], tmp_path, index_folder=tmp_path)


def test_an_index_is_built_once_for_the_same_fields_in_any_order(
    own_index: Path, fields: list[tuple[float, float, float]]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in own_index.iterdir()}
    assert len(before) == len(BUILDS) + 1, "an index each, and the list of stars"
    assert build_field_index(fields[::-1] + fields, own_index.parent) == own_index
    assert {path: path.stat().st_mtime_ns for path in own_index.iterdir()} == before
    assert [path.name for path in own_index.parent.iterdir()] == [own_index.name]


def test_other_fields_get_another_index(own_index: Path) -> None:
    other = build_field_index([(100.0, 20.0, 0.5)], own_index.parent)
    assert other != own_index
    assert other.is_dir()
