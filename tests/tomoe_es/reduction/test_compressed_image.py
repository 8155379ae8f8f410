"""Compressed images: any reader expands them, to what was there but for a fraction of the noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from tomoe_es.reduction.compressed_image import (
    LARGEST_PLACE,
    LEVELS_A_SIGMA,
    TILE,
    compressed_image,
    compressed_plane,
    levels_a_count,
)
from tomoe_es.reduction.rice import most_bytes
from tomoe_es.reduction.source_table import Table

NOISE = 12.0


def written(path: Path, image: NDArray[np.float32], noise: float) -> Path:
    return written_table(path, compressed_image(image, "IMAGE", noise))


def written_table(path: Path, table: Table) -> Path:
    primary = fits.PrimaryHDU().header.tostring().encode("ascii")
    path.write_bytes(primary + table.header.tostring().encode("ascii") + bytes(table.data))
    return path


def expanded(path: Path) -> NDArray[np.generic]:
    """As astropy reads it."""
    with fits.open(path) as hdus:
        return np.asarray(hdus["IMAGE"].data)


@pytest.mark.parametrize(
    ("noise", "levels"), [(100.0, 1), (8.0, 1), (7.9, 2), (3.0, 4), (1.0, 8), (0.0, 1024), (np.nan, 1024)]
)
def test_levels_are_at_most_an_eighth_of_the_noise_and_a_power_of_two(noise: float, levels: int) -> None:
    assert levels_a_count(noise) == levels
    assert levels == 1024 or 1 / levels <= max(noise / LEVELS_A_SIGMA, 1.0)


def test_a_noisy_cube_comes_back_within_half_a_level_in_a_fifth_of_the_bytes(tmp_path: Path) -> None:
    cube = np.random.default_rng(1).normal(180, NOISE, (3, 1128, 2000)).astype(np.float32)
    path = written(tmp_path / "cube.fits", cube, NOISE)
    back = expanded(path)
    assert back.dtype == np.float32
    assert back.shape == cube.shape
    assert np.abs(back - cube).max() <= 0.5
    assert path.stat().st_size < cube.nbytes / 4.5
    assert abs(float((back - cube).mean())) < 1e-3
    assert back.std() / cube.std() == pytest.approx(1, abs=1e-3)


def test_whole_counts_and_nan_stay_what_they_are(tmp_path: Path) -> None:
    image = np.random.default_rng(1).integers(-500, 30000, (200, 300)).astype(np.float32)
    image[7, 9] = np.nan
    np.testing.assert_array_equal(expanded(written(tmp_path / "image.fits", image, 3.3)), image)


def test_a_cube_whose_tiles_may_fill_more_than_2_gib_has_places_of_64_bits(tmp_path: Path) -> None:
    long = np.random.default_rng(1).integers(0, 100, (41_000, 2, 3)).astype(np.float32)
    table = compressed_image(long, "IMAGE", NOISE)
    assert most_bytes(len(long), TILE[0] * TILE[1]) > LARGEST_PLACE
    assert str(table.header["TFORM1"]).startswith("1QB(")
    np.testing.assert_array_equal(expanded(written_table(tmp_path / "cube.fits", table)), long)
    assert str(compressed_image(long[:18], "IMAGE", NOISE).header["TFORM1"]).startswith("1PB(")


@given(
    image=arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 120), st.integers(1, 140)),
        elements=st.floats(-1e6, 1e6, width=32),
        fill=st.floats(-100, 100, width=32),
    ),
    noise=st.floats(0.5, 50),
)
@settings(max_examples=40, deadline=None)
def test_any_image_comes_back(
    tmp_path_factory: pytest.TempPathFactory, image: NDArray[np.float32], noise: float
) -> None:
    back = expanded(written(tmp_path_factory.mktemp("any") / "image.fits", image, noise))
    np.testing.assert_array_equal(
        back, (np.rint(image * np.float32(levels_a_count(noise))) / levels_a_count(noise)).astype(np.float32)
    )


def test_the_same_image_gives_the_same_bytes() -> None:
    image = np.random.default_rng(1).normal(0, 3, (300, 300)).astype(np.float32)
    assert compressed_image(image, "IMAGE", 3.0).data == compressed_image(image.copy(), "IMAGE", 3.0).data


@given(
    plane=st.one_of(
        arrays.arrays(
            kind,
            st.tuples(st.integers(1, 400), st.integers(1, 90)),
            elements=st.integers(0, largest),
            fill=st.integers(0, largest),
        )
        for kind, largest in ((np.uint8, 127), (np.uint16, 32767))
    )
)
@settings(max_examples=40, deadline=None)
def test_whole_numbers_come_back_in_their_own_size(
    tmp_path_factory: pytest.TempPathFactory, plane: NDArray[np.uint8] | NDArray[np.uint16]
) -> None:
    back = expanded(
        written_table(tmp_path_factory.mktemp("any") / "plane.fits", compressed_plane(plane, "IMAGE"))
    )
    np.testing.assert_array_equal(back, plane)
    assert back.itemsize == plane.itemsize


def test_a_mask_without_a_bad_pixel_is_next_to_nothing() -> None:
    assert len(compressed_plane(np.zeros((1128, 2000), np.uint8), "MASK").data) < 30_000
