"""A night that is killed goes on where the log ends: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from tomoe_es.control.interruption import EXPOSURE_LOST
from tomoe_es.errors import NightUnfinished, NothingToResume
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.system import LogCheckpoint
from tomoe_es.log import open_log
from tomoe_es.log.checkpoints import last_note
from tomoe_es.log.signed_note import Checkpoint
from tui.data_folder import DataFolder
from tui.night.options import NightOptions
from tui.night.run import run_night

from .conftest import PIXELS, SHORT_NIGHT, FinishedNight, finish_night, read_night, start_night
from .streams import streams

FINAL = {"RecipeCompleted", "RecipeCancelled", "RecipeExpired"}


def _kill_at(data: Path, options: NightOptions, position: int) -> list[Recorded]:
    """Kill the night with SIGKILL when its log has reached a position; the events that were acknowledged."""
    process = start_night(data, options)
    folder = DataFolder(data)
    deadline = time.monotonic() + 200
    while not list(folder.log.glob("*.sqlite")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        _look_again(process)
    log = open_log(folder.log_url)
    try:
        while log.head() < position and process.poll() is None:
            assert time.monotonic() < deadline
            _look_again(process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        return list(log.read())
    finally:
        log.close()


@contextmanager
def _night_at_its_fifth_exposure(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A night in the middle of a recipe of the sky, at the pace of a person; killed at the end."""
    process = start_night(data, SHORT_NIGHT)
    try:
        deadline = time.monotonic() + 200
        folder = DataFolder(data)
        while not list(folder.log.glob("*.sqlite")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            _look_again(process)
        with closing(open_log(folder.log_url)) as log:
            while sum(1 for _ in log.read(types=("ExposureStarted",))) < 5:
                assert process.poll() is None
                assert time.monotonic() < deadline
                _look_again(process)
        yield process
    finally:
        process.kill()
        process.wait()


def _look_again(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(0.002)
    except subprocess.TimeoutExpired:
        return


def _check(before: list[Recorded], night: FinishedNight) -> None:
    assert night.events[: len(before)] == before
    assert [each.position for each in night.events] == list(range(1, len(night.events) + 1))
    products = Counter(
        (each.payload.product_id, each.payload.kind) for each in night.of_type("ProductArchived")
    )
    assert max(products.values()) == 1
    submitted = {each.payload.recipe_id for each in night.of_type("RecipeSubmitted")}
    ended = Counter(each.payload.recipe_id for each in night.events if type(each.payload).__name__ in FINAL)
    assert submitted == set(ended)
    # once, unless an exposure was lost after the recipe was complete
    back = Counter(
        each.payload.recipe_id
        for each in night.of_type("RecipeReturnedToPool")
        if each.payload.reason == EXPOSURE_LOST
    )
    assert max((ended - back).values()) == 1
    exposures = Counter(each.payload.exposure_number for each in night.of_type("ExposureRequested"))
    assert max(exposures.values()) == 1
    assert night.of_type("NightPhaseEntered")[-1].payload.phase == "ended"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_night_killed_anywhere_goes_on(tmp_path: Path, seed: int) -> None:
    data = tmp_path / "data"
    position = random.Random(seed).randrange(5, 5_000)
    before = _kill_at(data, SHORT_NIGHT, position)
    night = finish_night(data, msgspec.structs.replace(SHORT_NIGHT, resume=True))
    _check(before, night)
    names = {each.payload.name for each in night.of_type("ViolationDetected")}
    assert names <= {"DeviceFault", "CubeLost"}  # what was in the ring buffer is lost with the process


@pytest.mark.slow
def test_an_interrupted_recipe_returns_to_the_pool_with_what_is_done(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _night_at_its_fifth_exposure(data) as process:
        process.kill()
    night = finish_night(data, msgspec.structs.replace(SHORT_NIGHT, resume=True))
    started = {each.payload.recipe_id: each.payload.exposures_done for each in night.of_type("RecipeStarted")}
    names = {each.payload.exposure_number: each.payload.name for each in night.of_type("ExposureRequested")}
    lost = {
        names[each.payload.exposure_number]
        for each in night.of_type("ExposureTransferred")
        if each.payload.buffered == 0
    }
    all_returned = night.of_type("RecipeReturnedToPool")
    assert all_returned
    for returned in all_returned:
        done = [each for each in returned.payload.exposures_done if each not in lost]
        assert started[returned.payload.recipe_id] == done
        skipped = [
            each
            for each in night.of_type("OperationSkipped")
            if each.payload.recipe_id == returned.payload.recipe_id
        ]
        assert len(skipped) == len(done)


@pytest.mark.slow
def test_when_asked_to_stop_it_interrupts_the_recipe_and_closes_at_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _night_at_its_fifth_exposure(data) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=100) == 0
    night = read_night(data, SHORT_NIGHT)
    [asked] = [each for each in night.of_type("NightPhaseEntered") if each.payload.phase == "shutting_down"]
    assert asked.payload.reason == "the operator asked to stop"
    [interrupted] = night.of_type("RecipeInterrupted")
    assert (interrupted.time, interrupted.cause) == (asked.time, asked.position)
    assert night.of_type("DomeSlitRead")[-1].payload.state == "closed"
    assert night.of_type("MountRead")[-1].payload.state == "parked"
    assert night.of_type("NightPhaseEntered")[-1].payload.phase == "ended"
    assert night.of_type("RecipeSubmitted")


@pytest.mark.slow
@pytest.mark.xdist_group("pixel night")
@pytest.mark.parametrize("part", [0.16, 0.5])
def test_a_pixel_night_killed_in_its_work_gives_the_same_archive(
    tmp_path: Path, pixel_night: FinishedNight, part: float
) -> None:
    work = [each.position for each in pixel_night.events if each.stream.startswith("reduction/")]
    data = tmp_path / "data"
    before = _kill_at(data, PIXELS, work[int(len(work) * part)])
    night = finish_night(data, msgspec.structs.replace(PIXELS, resume=True))
    _check(before, night)
    indexed = {each.payload.path for each in night.of_type("ProductArchived")}
    archived = (path for path in night.data.archive.rglob("*") if path.is_file())
    files = {str(path.relative_to(night.data.archive)) for path in archived}
    assert files == indexed


def test_a_night_that_was_cut_off_is_not_passed_over(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _kill_at(data, SHORT_NIGHT, 500)
    with pytest.raises(NightUnfinished, match="--resume"):
        run_night(SHORT_NIGHT, DataFolder(data))


def test_there_is_nothing_to_resume_in_an_empty_log(tmp_path: Path) -> None:
    with pytest.raises(NothingToResume, match="start one"):
        run_night(msgspec.structs.replace(SHORT_NIGHT, resume=True), DataFolder(tmp_path / "data"))


@pytest.mark.slow
def test_the_next_night_follows_in_the_same_log_with_a_snapshot_or_without(tmp_path: Path) -> None:
    with_snapshot, without = tmp_path / "with", tmp_path / "without"
    short = msgspec.structs.replace(SHORT_NIGHT, exposures=4, observing_hours=1.0, chips=1, script="clear")
    finish_night(with_snapshot, short)
    shutil.copytree(with_snapshot, without)
    assert DataFolder(with_snapshot).snapshot.exists()
    DataFolder(without).snapshot.unlink()
    (with_snapshot / "first note").write_text(last_note(DataFolder(with_snapshot).log))
    nights = [finish_night(data, short) for data in (with_snapshot, without)]
    first, second = nights[0].of_type("NightPlanned")
    assert (first.payload.night, second.payload.night) == ("2023-12-12", "2023-12-13")
    assert streams(nights[0]) == streams(nights[1])
    assert first.payload.checkpoint is None, "no root in a first night: it depends on process ids"
    signed = Checkpoint.parse((with_snapshot / "first note").read_text())
    assert second.payload.checkpoint == LogCheckpoint(signed.size, signed.root_text)
    assert first.position < signed.size < second.position
