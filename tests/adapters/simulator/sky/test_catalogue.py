"""Tycho-2 as read from the index files: known stars, searches, and what is said when it is not there."""

from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord

from adapters.simulator.sky.catalogue import Tycho2, load_tycho2
from adapters.tycho2_index import RICHEST_SCALE, StarIndexDamaged, StarIndexMissing, index_file
from tomoe_es.camera.focal_plane import chip_wcs
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE


@pytest.mark.parametrize(
    ("name", "ra_deg", "dec_deg", "magnitude"),
    [
        ("Atlas", 57.29059, 24.05342, 3.63),
        ("Maia", 56.45669, 24.36775, 3.87),
        ("Merope", 56.58155, 23.94836, 4.18),
        ("Pleione", 57.29673, 24.13671, 5.05),
    ],
)
def test_stars_of_the_pleiades_are_where_the_textbooks_say(
    tycho2: Tycho2, name: str, ra_deg: float, dec_deg: float, magnitude: float
) -> None:
    found = tycho2.cone(ra_deg, dec_deg, 1 / 3600)
    assert len(found) == 1, name
    assert found.magnitude[0] == pytest.approx(magnitude, abs=0.1)


@pytest.mark.parametrize(("ra_deg", "dec_deg"), [(0.01, 10.0), (359.9, -70.0), (120.0, 89.8), (10.0, -90.0)])
def test_a_cone_finds_what_a_comparison_with_every_star_finds(
    tycho2: Tycho2, ra_deg: float, dec_deg: float
) -> None:
    everywhere = SkyCoord(tycho2.ra_deg, tycho2.dec_deg, unit="deg")
    near = everywhere.separation(SkyCoord(ra_deg, dec_deg, unit="deg")) <= 0.5 * u.deg
    found = tycho2.cone(ra_deg, dec_deg, 0.5)
    assert len(found) > 0
    assert np.array_equal(np.sort(found.ra_deg), np.sort(tycho2.ra_deg[near]))


@pytest.mark.parametrize(("latitudes_deg", "median"), [((20, 90), 8), ((0, 10), 16)])
def test_number_of_stars_on_a_chip_is_as_measured_before(
    tycho2: Tycho2, latitudes_deg: tuple[float, float], median: int
) -> None:
    random = np.random.default_rng(7)
    lowest, highest = np.sin(np.radians(latitudes_deg))
    latitude = np.degrees(np.arcsin(random.uniform(lowest, highest, 200))) * random.choice([-1, 1], 200)
    boresights = SkyCoord(random.uniform(0, 360, 200), latitude, unit="deg", frame="galactic").icrs
    counts = []
    for ra, dec in zip(boresights.ra.deg, boresights.dec.deg, strict=True):
        near = tycho2.cone(ra, dec, 1.0)
        x, y = chip_wcs(101, ra, dec).wcs_world2pix(near.ra_deg, near.dec_deg, 0)
        counts.append(((x > -0.5) & (x < IMAGING_SHAPE[1]) & (y > -0.5) & (y < IMAGING_SHAPE[0])).sum())
    assert np.median(counts) == pytest.approx(median, abs=1.5)


def test_a_missing_index_names_the_package_to_install(tmp_path: Path) -> None:
    with pytest.raises(StarIndexMissing, match="apt-get install astrometry-data-tycho2`"):
        load_tycho2(tmp_path)


def test_a_damaged_index_is_named(tmp_path: Path) -> None:
    (tmp_path / index_file(RICHEST_SCALE).name).write_bytes(b"no FITS file")
    with pytest.raises(StarIndexDamaged, match=r"cannot be read .* install it again"):
        load_tycho2(tmp_path)
