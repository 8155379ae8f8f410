"""A night on real stars: what comes out is right, whole, and can be traced back."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS

from tomoe_es.events.reduction import ProductArchived, ProductRejected
from tui.commands.audit import why
from tui.commands.rebuild import rebuild

from .conftest import PIXELS, FinishedNight, finish_night
from .streams import streams

pytestmark = pytest.mark.xdist_group("pixel night")


def _stacks(night: FinishedNight) -> list[ProductArchived]:
    archived = [each.payload for each in night.of_type("ProductArchived")]
    return [each for each in archived if isinstance(each, ProductArchived) and each.kind == "STACK"]


def test_each_chip_is_archived_or_rejected_with_a_reason(pixel_night: FinishedNight) -> None:
    rejected = [each.payload for each in pixel_night.of_type("ProductRejected")]
    assert len(_stacks(pixel_night)) + len(rejected) == 2 * 8
    assert len(rejected) >= 4, "the recipe under clouds"
    assert all(isinstance(each, ProductRejected) and each.reasons for each in rejected)
    assert len(_stacks(pixel_night)) >= 6, "the recipe under a clear sky"


def test_the_recipe_whose_device_fails_is_the_only_one_cancelled(pixel_night: FinishedNight) -> None:
    [cancelled] = pixel_night.of_type("RecipeCancelled")
    submitted = {
        each.payload.recipe_id: each.payload.source_name for each in pixel_night.of_type("RecipeSubmitted")
    }
    assert submitted[cancelled.payload.recipe_id] == "05-gemini.yaml"
    assert {each.payload.name for each in pixel_night.of_type("ViolationDetected")} == {"DeviceFault"}


def test_positions_are_within_an_arcsecond_of_the_truth(pixel_night: FinishedNight) -> None:
    for stack in _stacks(pixel_night):
        with fits.open(pixel_night.data.archive / stack.path) as hdus:
            wcs = WCS(hdus["STACK"].header)
        [truth] = pixel_night.data.truth.rglob(f"r{stack.frame_id}.fits")
        stars = Table.read(truth, hdu="STARS")
        stars = stars[(stars["X"] > 0) & (stars["X"] < 1999) & (stars["Y"] > 0) & (stars["Y"] < 1127)]
        found = SkyCoord(*wcs.all_pix2world(stars["X"], stars["Y"], 0), unit="deg")
        off = found.separation(SkyCoord(stars["RA"], stars["DEC"], unit="deg")).arcsec
        assert np.max(off) < 1.0, stack.frame_id


def test_fitsverify_accepts_every_file(pixel_night: FinishedNight) -> None:
    program = shutil.which("fitsverify")
    assert program, "install it with: apt-get install fitsverify"
    files = [*pixel_night.data.archive.rglob("*.fits"), *pixel_night.data.buffer.rglob("*.fits")]
    assert len(files) >= 6 + 6
    for path in files:
        done = subprocess.run([program, "-e", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{path}: {done.stdout}"


def test_headers_lead_back_to_the_log(pixel_night: FinishedNight) -> None:
    by_position = {each.position: each for each in pixel_night.events}
    for stack in _stacks(pixel_night):
        header = fits.getheader(pixel_night.data.archive / stack.path)
        assert header["PRODID"] == stack.product_id
        named = {header[f"EVNAM{n}"]: header[f"EVPOS{n}"] for n in range(1, 6)}
        for name, position in named.items():
            assert type(by_position[position].payload).__name__ == name
        buffered = by_position[named["ChipCubeBuffered"]].payload
        assert header["B3_RAW"] == buffered.blake3


def test_recorded_digests_are_those_of_the_files(pixel_night: FinishedNight) -> None:
    for each in pixel_night.of_type("ProductArchived"):
        product = each.payload
        assert isinstance(product, ProductArchived)
        content = (pixel_night.data.archive / product.path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == product.sha256


def test_every_product_is_explained(pixel_night: FinishedNight, capsys: pytest.CaptureFixture[str]) -> None:
    stack = _stacks(pixel_night)[0]
    assert why(str(pixel_night.data.archive / stack.path), data=pixel_night.data.top) == 0
    told = capsys.readouterr().out
    for expected in ("T. Morokuma", "01-andromeda-pisces.yaml", "SetFocus: 28.13", stack.product_id):
        assert expected in told


def test_projections_are_those_that_a_rebuild_makes(pixel_night: FinishedNight) -> None:
    assert rebuild(data=pixel_night.data.top, check=True) == 0


def test_raw_cubes_live_for_their_time_and_nothing_is_left_over(pixel_night: FinishedNight) -> None:
    expired = {each.payload.path for each in pixel_night.of_type("ChipCubeExpired")}
    buffered = {each.payload.path for each in pixel_night.of_type("ChipCubeBuffered")}
    there = {
        str(path.relative_to(pixel_night.data.buffer)) for path in pixel_night.data.buffer.rglob("*.fits")
    }
    assert expired
    assert there == buffered - expired
    assert not list(pixel_night.data.top.rglob("*.part"))
    assert not list(Path("/dev/shm").glob("tomoe-ring-*"))


def test_the_same_seed_gives_the_same_events_and_the_same_products_bit_for_bit(
    pixel_night: FinishedNight, tmp_path: Path
) -> None:
    again = finish_night(tmp_path / "again", PIXELS)
    files, before = (
        sorted(path.relative_to(archive) for path in archive.rglob("*") if path.suffix in (".fits", ".psv"))
        for archive in (again.data.archive, pixel_night.data.archive)
    )
    assert files == before
    for name in files:
        assert (again.data.archive / name).read_bytes() == (pixel_night.data.archive / name).read_bytes(), (
            name
        )
    assert streams(again) == streams(pixel_night)
