"""A data folder in which a small night was run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from blake3 import blake3

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
                content = _written(folder.archive / event.path)
                yield time, msgspec.structs.replace(event, sha256=hashlib.sha256(content).hexdigest())
            case ChipCubeBuffered():
                content = _written(folder.buffer / event.path)
                yield time, msgspec.structs.replace(event, blake3=blake3(content).hexdigest())
            case _:
                yield time, event


def _written(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = f"pixels of {path.name}".encode()
    path.write_bytes(content)
    return content
