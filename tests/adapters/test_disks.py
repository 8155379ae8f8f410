"""The disks of this machine are read as the operating system tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.disks import RealDisks


def test_the_real_disk_is_read(tmp_path: Path) -> None:
    reading = RealDisks({"archive": tmp_path}).read("archive")
    assert reading.used_bytes > 0


def test_a_folder_that_is_gone_is_no_empty_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        RealDisks({"archive": tmp_path / "gone"}).read("archive")
