"""A file is whole or is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tomoe_es.transfer.whole_file import write_whole_file


def test_a_disk_that_fails_leaves_no_half_file(tmp_path: Path) -> None:
    def fails_midway() -> Iterator[bytes]:
        yield b"first half"
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        write_whole_file(tmp_path / "x.fits", fails_midway())
    assert list(tmp_path.iterdir()) == []


def test_two_that_write_the_same_file_at_once_do_not_spoil_it(tmp_path: Path) -> None:
    path = tmp_path / "x.fits"

    def given_up_midway() -> Iterator[bytes]:
        yield b"first "
        write_whole_file(path, [b"first ", b"second"])
        yield b"late"

    with pytest.raises(FileNotFoundError):
        write_whole_file(path, given_up_midway())
    assert path.read_bytes() == b"first second"
    assert list(tmp_path.iterdir()) == [path], "what was left unfinished is gone"
