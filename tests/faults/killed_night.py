"""A night killed 100 times with SIGKILL equals one that was never interrupted: `make test-faults`.

The killing begins when the calibration is over: a dark is taken again as a whole, and the twilight of the
flats does not wait.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from tests.tui.night.conftest import EVENTS_ONLY, FinishedNight, finish_night, start_night
from tomoe_es.events.envelope import Recorded
from tomoe_es.log import open_log
from tomoe_es.log.checkpoints import key_of, write_checkpoint
from tomoe_es.log.verifying import verify
from tui.data_folder import DataFolder

KILLS = int(os.environ.get("TOMOE_KILLS", "100"))
OPENING = {
    "open",
    "park",
}  # roles that are not needed, or needed again, once the guardian has closed and parked
FINAL = {"RecipeCompleted", "RecipeCancelled", "RecipeExpired"}


def read(data: Path) -> list[Recorded]:
    log = open_log(DataFolder(data).log_url)
    try:
        return list(log.read())
    finally:
        log.close()


def kill_after(process: subprocess.Popen[bytes], data: Path, position: int) -> bool:
    """Kill the night once its log has reached a position; False when it ended before."""
    deadline = time.monotonic() + 200
    while not list(DataFolder(data).log.glob("*.sqlite")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        _pause(process)
    log = open_log(DataFolder(data).log_url)
    try:
        while process.poll() is None and log.head() < position:
            assert time.monotonic() < deadline
            _pause(process)
    finally:
        log.close()
    lives = process.poll() is None
    process.kill()
    process.wait()
    return lives


def _pause(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(0.002)
    except subprocess.TimeoutExpired:
        return


def check_equal(night: FinishedNight, whole: FinishedNight) -> None:
    """Equal, but for the time in the dark that the kills took: it may cost exposures, each accounted for.

    Recipes that the night issues itself, such as parking, are named by their role: their ids tell the time.
    Where the machine is so busy that the night takes 10 s and more to come back, the guardian has made the
    telescope safe: it is parked, opened again, and after some times no more. That costs whole recipes.
    """
    made_safe = bool(night.of_type("MakingSafeBegun"))
    assert [each.payload for each in night.of_type("NightPlanned")] == [
        each.payload for each in whole.of_type("NightPlanned")
    ]
    phases = [[each.payload.phase for each in one.of_type("NightPhaseEntered")] for one in (night, whole)]
    assert phases[0] == phases[1]
    ends, whole_ends = _ends(night), _ends(whole)
    if made_safe:
        ends, whole_ends = ({each for each in one if each[0] not in OPENING} for one in (ends, whole_ends))
    assert {recipe for recipe, _ in ends} == {recipe for recipe, _ in whole_ends}
    interrupted = {each.payload.recipe_id for each in night.of_type("RecipeInterrupted")}
    for recipe, end in ends - whole_ends:
        assert end == "RecipeExpired", f"{recipe} ended with {end}"
        assert made_safe or recipe in interrupted
    reduced = Counter(each.payload.frame_id for each in night.of_type("ReductionFinished"))
    queued = Counter(name for each in night.of_type("ReductionQueued") for name in each.payload.frame_ids)
    assert reduced == queued
    acquired = {each.payload.frame_id for each in night.of_type("ChipCubeAcquired")}
    kept = {each.payload.frame_id for each in night.of_type("ChipCubeBuffered")}
    lost = {each.payload.frame_id for each in night.of_type("ChipCubeLost")}
    assert acquired <= kept | lost
    assert not kept & lost


def _ends(night: FinishedNight) -> set[tuple[str, str]]:
    role = {each.payload.recipe_id: each.payload.role for each in night.of_type("DailyRecipeIssued")}
    return {
        (role.get(each.payload.recipe_id, each.payload.recipe_id), type(each.payload).__name__)
        for each in night.events
        if type(each.payload).__name__ in FINAL
    }


@pytest.mark.slow
def test_a_night_killed_again_and_again_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    whole = finish_night(tmp_path / "whole", EVENTS_ONLY)
    data, rng = tmp_path / "killed", random.Random(1)
    start = next(
        each.position for each in whole.of_type("NightPhaseEntered") if each.payload.phase == "waiting"
    )
    step = 3 * (len(whole.events) - start) // (2 * KILLS)
    before: list[Recorded] = []
    kills = 0
    resumed = msgspec.structs.replace(EVENTS_ONLY, resume=True)
    while kills < KILLS:
        process = start_night(data, resumed if before else EVENTS_ONLY)
        wanted = max(len(before), start) + rng.randrange(1, step)
        if not kill_after(process, data, wanted):
            break
        kills += 1
        now = read(data)
        assert now[: len(before)] == before, f"kill {kills} changed what was acknowledged"
        assert [each.position for each in now] == list(range(1, len(now) + 1))
        before = now
        if kills % 10 == 0:
            folder = DataFolder(data).log
            write_checkpoint(folder, key_of(folder, "kiso.example/log", bytes(32)))
    assert kills >= KILLS * 0.9, f"the night ended after {kills} kills"
    night = finish_night(data, resumed)
    assert night.events[: len(before)] == before
    assert all(finding.holds for finding in verify(DataFolder(data).log))
    ended = Counter(each.payload.recipe_id for each in night.events if type(each.payload).__name__ in FINAL)
    assert max(ended.values()) == 1
    exposed = Counter(each.payload.exposure_number for each in night.of_type("ExposureRequested"))
    assert max(exposed.values()) == 1
    products = Counter(each.payload.product_id for each in night.of_type("ProductArchived"))
    assert max(products.values()) == 1
    assert night.of_type("NightPhaseEntered")[-1].payload.phase == "ended"
    check_equal(night, whole)
