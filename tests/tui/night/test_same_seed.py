"""Two nights with the same seed are the same stream by stream, save process ids and measured times."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from .conftest import SHORT_NIGHT, FinishedNight, read_night, start_night
from .streams import streams

pytestmark = pytest.mark.xdist_group("same seed")

DISKS_TOO = f"""{SHORT_NIGHT.script}
  - {{ device: storage/buffer, kind: fail, from: '18:50', to: '19:10' }}
"""


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[FinishedNight, FinishedNight]:
    """Two nights, run at the same time; between them the disk of this machine fills."""
    options = msgspec.structs.replace(SHORT_NIGHT, script=DISKS_TOO)
    folders = [tmp_path_factory.mktemp(name) / "data" for name in ("one", "other")]
    processes = [start_night(data, options) for data in folders]
    for data, process in zip(folders, processes, strict=True):
        assert process.wait(timeout=280) == 0, (data / "output.txt").read_text()[-3000:]
    one, other = (read_night(data, options) for data in folders)
    return one, other


def test_the_same_seed_gives_the_same_events_stream_by_stream(
    nights: tuple[FinishedNight, FinishedNight],
) -> None:
    one, other = (streams(night) for night in nights)
    assert one.keys() == other.keys()
    for name, said in one.items():
        assert other[name] == said, name


def test_how_full_the_disks_of_this_machine_are_is_not_in_it(
    nights: tuple[FinishedNight, FinishedNight],
) -> None:
    night = nights[0]
    real = shutil.disk_usage(Path(night.data.buffer))
    readings = [each.payload for each in night.of_type("StorageRead")]
    assert len(readings) > 50
    assert real.total not in {each.used_bytes + each.free_bytes for each in readings}
    buffered = sum(each.payload.size_bytes for each in night.of_type("ChipCubeBuffered"))
    assert 0 < max(each.used_bytes for each in readings if each.storage == "archive") < buffered


def test_a_buffer_storage_that_the_script_fills_suspends_observing_and_is_told(
    nights: tuple[FinishedNight, FinishedNight],
) -> None:
    night = nights[0]
    [full] = [each for each in night.of_type("ViolationDetected") if each.payload.name == "StorageNearlyFull"]
    [cause] = [each for each in night.events if each.position == full.cause]
    assert cause.stream == "storage/buffer"
    [suspended] = [
        each
        for each in night.of_type("ObservingSuspended")
        if any("buffer" in reason for reason in each.payload.reasons)
    ]
    assert suspended.time == cause.time
