"""The buffer storage's files: what has expired is deleted, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.buffer_storage import BufferStorage
from tests.adapters.simulator.stepped import Line
from tomoe_es.events.transfer import ChipCubeExpired


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "buffer"


@pytest.fixture
def line(folder: Path) -> Line:
    line = Line()
    line.conductor.add_effects(BufferStorage(folder).effects())
    return line


def put(folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"frames")
    return path


def expire(line: Line, path: str) -> None:
    line.record(ChipCubeExpired(exposure_number=1, frame_id="1", path=path, blake3="digest"))


def test_an_expired_cube_is_deleted_and_others_stay(line: Line, folder: Path) -> None:
    first, second = put(folder, "2023-12-12/00000001/a.fits"), put(folder, "2023-12-12/00000001/b.fits")
    expire(line, "2023-12-12/00000001/a.fits")
    assert not first.exists()
    assert second.exists()


def test_the_folder_of_an_exposure_goes_with_its_last_cube(line: Line, folder: Path) -> None:
    put(folder, "2023-12-12/00000001/a.fits")
    other = put(folder, "2023-12-12/00000002/a.fits")
    expire(line, "2023-12-12/00000001/a.fits")
    assert [each.name for each in (folder / "2023-12-12").iterdir()] == ["00000002"]
    assert other.exists()


def test_a_file_that_is_gone_already_is_no_trouble(line: Line, folder: Path) -> None:
    put(folder, "2023-12-12/00000002/a.fits")
    expire(line, "2023-12-12/00000001/a.fits")
    expire(line, "2023-12-12/00000002/a.fits")
    expire(line, "2023-12-12/00000002/a.fits")
    assert list((folder / "2023-12-12").iterdir()) == []


def test_the_storage_itself_stays_when_it_is_empty(line: Line, folder: Path) -> None:
    put(folder, "a.fits")
    expire(line, "a.fits")
    assert list(folder.iterdir()) == []


def test_the_sweep_deletes_cubes_that_the_log_does_not_know_and_nothing_else(tmp_path: Path) -> None:
    exposure = tmp_path / "2023-12-12" / "00000001"
    exposure.mkdir(parents=True)
    known, unknown = exposure / "rTMQ1.fits", exposure / "rTMQ2.fits"
    partial, note = exposure / ".rTMQ3.fits.part", exposure / "readme.txt"
    for path in (known, unknown, partial, note):
        path.write_text("x")
    BufferStorage(tmp_path).sweep({"2023-12-12/00000001/rTMQ1.fits"})
    assert set(exposure.iterdir()) == {note, known}


def test_a_file_that_can_t_be_deleted_is_left_and_the_night_goes_on(line: Line, folder: Path) -> None:
    (folder / "2023-12-12/00000001/rTMQ1.fits").mkdir(parents=True)  # unlink refuses a folder
    other = put(folder, "2023-12-12/00000001/rTMQ2.fits")
    expire(line, "2023-12-12/00000001/rTMQ1.fits")
    expire(line, "2023-12-12/00000001/rTMQ2.fits")
    assert not other.exists()
    BufferStorage(folder).sweep(set())
    assert (folder / "2023-12-12/00000001/rTMQ1.fits").exists()
