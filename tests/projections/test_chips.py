"""How far the chips have come."""

from __future__ import annotations

from itertools import takewhile

import pytest

from projections.chips import PROJECTION, Chips
from tests.projections.folding import folded
from tests.projections.night_story import Moment, Story, frame_id_of, recipe_id_of, whole_night
from tomoe_es.clock import MINUTE
from tomoe_es.events import camera, reduction, transfer


def upto(wanted: type, moments: list[Moment]) -> list[Moment]:
    """Events before the first of a type."""
    return list(takewhile(lambda moment: not isinstance(moment[1], wanted), moments))


def one_exposure(story: Story) -> list[Moment]:
    return [
        *story.exposed(recipe_id_of(1), "field1_dith1", "OBJECT"),
        *story.transferred(),
        *story.reduced("OBJECT"),
    ]


@pytest.mark.parametrize(
    ("until", "counts", "backlog"),
    [
        (camera.ChipCubeAcquired, {}, 0),
        (camera.ExposureFinished, {"acquired": 2}, 2),
        (reduction.ReductionQueued, {"buffered": 2}, 2),
        (reduction.ReductionLeased, {"queued": 2}, 2),
        (reduction.FieldSolved, {"leased": 1, "queued": 1}, 2),
        (reduction.PhotometryMeasured, {"queued": 1, "solved": 1}, 2),
        (reduction.ReductionFinished, {"archived": 1, "queued": 1}, 1),
    ],
)
def test_stages_follow_each_other(until: type, counts: dict[str, int], backlog: int) -> None:
    overview = folded(PROJECTION, upto(until, one_exposure(Story()))).overview()

    assert overview.counts == counts
    assert overview.backlog == backlog


def test_lanes_count_waiting_and_leased() -> None:
    overview = folded(PROJECTION, upto(reduction.FieldSolved, one_exposure(Story()))).overview()

    assert (overview.lanes["default"].queued, overview.lanes["default"].leased) == (1, 1)
    assert (overview.lanes["express"].queued, overview.lanes["express"].leased) == (0, 0)


@pytest.mark.parametrize(
    ("event", "stage"),
    [
        (
            reduction.ReductionLeaseExpired(
                exposure_number=1, frame_id=frame_id_of(1, 101), job_id="j", attempt=1
            ),
            "queued",
        ),
        (
            reduction.ReductionEngineStarted(
                engine="pool",
                slots=2,
                memory_mb=2000,
                ram_disk_mb=100,
                job_memory_mb=1000,
                job_ram_disk_mb=50,
                lease_seconds=60.0,
            ),
            "queued",
        ),
        (
            reduction.ReductionFailed(
                exposure_number=1,
                frame_id=frame_id_of(1, 101),
                job_id="j",
                attempt=3,
                condition="WorkerDied",
                message="",
                given_up=True,
            ),
            "failed",
        ),
        (
            reduction.ProductRejected(
                exposure_number=1, frame_id=frame_id_of(1, 101), kind="STACK", reasons=["cloudy"]
            ),
            "rejected",
        ),
        (
            transfer.ChipCubeLost(
                exposure_number=1, frame_id=frame_id_of(1, 101), condition="RingOverwritten", message=""
            ),
            "lost",
        ),
        (
            reduction.AstrometryFailed(
                exposure_number=1, frame_id=frame_id_of(1, 101), sources=3, reason="cloudy"
            ),
            "unsolved",
        ),
    ],
)
def test_what_goes_wrong_is_a_stage_too(event: reduction.ReductionEvent, stage: str) -> None:
    story = Story()
    leased = upto(reduction.FieldSolved, one_exposure(story))

    overview = folded(PROJECTION, [*leased, story.at(event)]).overview()

    assert overview.chips[101] == stage


def test_the_state_stays_small_however_long_the_night() -> None:
    state: Chips = folded(PROJECTION, whole_night(recipes=10, exposures=4))

    assert list(state.exposures) == [state.newest]
    assert len(state.minutes) <= 10


def test_an_unfinished_exposure_is_kept_until_its_last_chip_is_over() -> None:
    story = Story()
    slow = one_exposure(story)
    held_back = [slow.pop(), slow.pop()]  # ReductionFinished and ProductArchived of the last chip
    before: Chips = folded(PROJECTION, [*slow, *one_exposure(story)])
    after: Chips = folded(PROJECTION, [*slow, *one_exposure(story), *reversed(held_back)])

    assert before.overview().backlog == 1
    assert len(before.exposures) == 2
    assert len(after.exposures) == 1


def test_an_aborted_exposure_leaves_nothing_behind() -> None:
    story = Story()
    acquired = upto(camera.ExposureFinished, one_exposure(story))
    aborted = story.at(camera.ExposureAborted(exposure_number=1, reason="rain"))

    overview = folded(PROJECTION, [*acquired, aborted]).overview()

    assert (overview.exposure_state, overview.chips, overview.backlog) == ("aborted", {}, 0)


def test_rates_are_of_the_last_minutes() -> None:
    story = Story()
    moments = one_exposure(story)
    story.now += 30 * MINUTE
    moments += upto(reduction.ReductionQueued, one_exposure(story))

    overview = folded(PROJECTION, moments).overview()

    assert overview.acquired_per_minute == 2.0
    assert overview.reduced_per_minute == 0.0
