"""Proper motions: as astropy's coordinates move stars, and refused where the file does not fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.time import Time

from adapters.tycho2_index import RICHEST_SCALE, index_file, sky_deg
from adapters.tycho2_motions import MotionsUnusable, moved, read_motions, stars_at, write_motions
from tomoe_es.camera.field_mapping import unit_vectors


def test_stars_move_as_astropy_moves_them() -> None:
    sky = np.array([[10.0, 20.0], [359.999, -60.0], [200.0, 85.0]])
    motions = np.array([[40.0, -15.0], [900.0, 300.0], [-20.0, 5.0]], np.float32)
    ra, dec = sky_deg(moved(unit_vectors(sky), motions, 26.5))
    expected = SkyCoord(
        *(sky.T * u.deg),
        pm_ra_cosdec=motions[:, 0] * u.mas / u.yr,
        pm_dec=motions[:, 1] * u.mas / u.yr,
        distance=10 * u.pc,
        obstime=Time(2000.0, format="jyear"),
    ).apply_space_motion(Time(2026.5, format="jyear"))
    assert SkyCoord(ra, dec, unit="deg").separation(SkyCoord(expected.ra, expected.dec)).arcsec.max() < 1e-3


def test_a_file_of_motions_is_read_as_written(tmp_path: Path) -> None:
    motions = np.array([[1.5, -2.5], [0.0, 300.0]], np.float32)
    write_motions(tmp_path / "m.fits", motions, 2.5)
    found, error_mas = read_motions(tmp_path / "m.fits")
    assert np.array_equal(found, motions)
    assert error_mas == 2.5
    assert [path.name for path in tmp_path.iterdir()] == ["m.fits"]


def test_motions_of_other_stars_are_refused(tmp_path: Path) -> None:
    write_motions(tmp_path / "m.fits", np.zeros((3, 2), np.float32), 2.5)
    with pytest.raises(MotionsUnusable, match="it has 3 rows for 1871011 stars"):
        stars_at(index_file(RICHEST_SCALE), 2026.5, tmp_path / "m.fits")
    (tmp_path / "m.fits").write_bytes(b"not FITS")
    with pytest.raises(MotionsUnusable, match="make the file anew"):
        read_motions(tmp_path / "m.fits")


def test_without_motions_places_are_of_2000_and_less_sure() -> None:
    stars = stars_at(index_file(RICHEST_SCALE), 2026.5, None)
    assert len(stars.vector) == len(stars.magnitude) == 1_871_011
    assert stars.error_arcsec == pytest.approx(0.38, abs=0.01)
