"""Tables of plain numbers: astropy reads what is written here, and here is read what astropy writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from adapters.brief_fits import read_table, write_table


def test_astropy_reads_what_is_written(tmp_path: Path) -> None:
    x = np.array([1.5, -2e-300, 1234567.875])
    cards = {"ANRUN": True, "ANVERUNI": False, "ANCLIM": 30, "ANODDSSL": 1e6, "ANSOLVED": "solved"}
    write_table(tmp_path / "a.fits", cards, {"X": x, "Y": x[::-1]})
    with fits.open(tmp_path / "a.fits") as hdus:
        hdus.verify("exception")
        assert {key: hdus[0].header[key] for key in cards} == cards
        assert hdus[1].data["X"].tolist() == x.tolist()
        assert hdus[1].data["Y"].tolist() == x[::-1].tolist()


def test_what_astropy_writes_is_read(tmp_path: Path) -> None:
    columns = [
        fits.Column("id", "J", array=[1, -2]),
        fits.Column("ra", "D", array=[0.25, 359.5]),
        fits.Column("weight", "E", array=[0.5, 1.0]),
        fits.Column("pair", "2I", array=[[1, 2], [3, 4]]),
        fits.Column("name", "4A", array=["ab", "cd"]),
    ]
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "a.fits")
    rows = read_table(tmp_path / "a.fits")
    assert rows["id"].tolist() == [1, -2]
    assert rows["ra"].tolist() == [0.25, 359.5]
    assert rows["weight"].tolist() == [0.5, 1.0]
    assert rows["pair"].tolist() == [[1, 2], [3, 4]]
    assert rows["name"].tolist() == [b"ab", b"cd"]


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.fits").write_bytes(b" " * 2880)
    with pytest.raises(ValueError, match="a FITS unit without END"):
        read_table(tmp_path / "a.fits")
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(np.zeros((2, 2)))]).writeto(tmp_path / "b.fits")
    with pytest.raises(ValueError, match="has no table: 'TFIELDS' is missing"):
        read_table(tmp_path / "b.fits")
