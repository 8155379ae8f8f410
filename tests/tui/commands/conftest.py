"""A data folder in which a small night was run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from projections.projector import Projector
from tests.projections.night_story import Moment, record, whole_night
from tomoe_es.events.reduction import ProductArchived
from tomoe_es.events.transfer import ChipCubeBuffered
from tomoe_es.log import open_log
from tui.data_folder import DataFolder


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """The night's log, its projections, and the files that it speaks of."""
    folder = DataFolder(tmp_path)
    log = open_log(folder.log_url)
    record(log, _with_files(folder))
    with Projector(log, folder.projections) as projector:
        projector.catch_up()
    log.close()
    return folder


def _with_files(folder: DataFolder) -> Iterator[Moment]:
    for time, event in whole_night():
        match event:
            case ProductArchived():
                yield time, msgspec.structs.replace(event, sha256=_write(folder.archive / event.path))
            case ChipCubeBuffered():
                yield time, msgspec.structs.replace(event, sha256=_write(folder.buffer / event.path))
            case _:
                yield time, event


def _write(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = f"pixels of {path.name}".encode()
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()
