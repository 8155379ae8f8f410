"""What all tests of whole jobs begin with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.astrometry_net import installed_solver
from adapters.simulator.sky.catalogue import give_catalogue_motions
from adapters.star_indexes import MOTIONS, SkyIndexes, sky_cell
from tests.tomoe_es.reduction.pipeline.bench import CHIP, START_US, TRUE_DEC_DEG, TRUE_RA_DEG, Bench, render
from tomoe_es.camera.focal_plane import chip_centre
from tomoe_es.reduction.job import ReductionJob, ReductionResult


@pytest.fixture(scope="package")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """With a master dark and a master flat in the archive."""
    folder = tmp_path_factory.mktemp("night")
    indexes = folder / "index"
    indexes.mkdir()
    give_catalogue_motions(indexes / MOTIONS)
    cell = sky_cell(*chip_centre(CHIP, TRUE_RA_DEG, TRUE_DEC_DEG))
    bench = Bench(folder, installed_solver(SkyIndexes.at(indexes, START_US).built(cell)))
    dark = bench.run(bench.job("DARK", 1, render("DARK", 1, 6)))
    bench = replace(bench, dark=dark.products[0])
    flat = bench.run(bench.job("FLAT", 2, render("FLAT", 2, 6)))
    return replace(bench, flat=flat.products[0])


@pytest.fixture(scope="package")
def frames() -> NDArray[np.uint16]:
    """Six frames of a clear sky."""
    return render("OBJECT", 3, 6)


@pytest.fixture(scope="package")
def good(bench: Bench, frames: NDArray[np.uint16]) -> tuple[ReductionJob, ReductionResult]:
    job = bench.job("OBJECT", 3, frames)
    return job, bench.run(job)
