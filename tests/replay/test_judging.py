"""A recorded night decided again: by the same code the same, by changed code where the change matters."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from replay.checking import PARTS, check, check_one, nights_of
from replay.judging import Judge, Judged
from replay.ladder import Folding
from replay.night import ReplayedNight
from tests.replay.conftest import SCRIPT, log_of
from tests.tomoe_es.control.observatory import Observatory, copy_log, plan, survey
from tomoe_es.control import executor, night_course, weather_limits
from tomoe_es.control.deciders_of_a_night import deciders_of_a_night, folds_of_a_night
from tomoe_es.events import recipe, system, telescope, weather
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.read_only import ReadOnlyLog
from tomoe_es.machines import monitor

FAULTS = """
faults:
  - { device: dome_slit, kind: fail, from: '16:54', to: '17:05' }
  - { device: weather, kind: freeze, from: '17:10', to: '17:20' }
  - { device: mount, kind: drop, from: '17:24', to: '17:26' }
"""


def judged(events: list[Recorded], stop_after: int | None = None) -> Judged:
    """All deciders in one pass."""
    night = ReplayedNight(log_of(events))
    return Judge(night.folding(0), stop_after=stop_after).run(night.events())


def decided(events: list[Recorded]) -> list[Recorded]:
    names = {"weather watch", "executor", "scheduler", "night course", "reduction queue", "buffer", "monitor"}
    return [each for each in events if each.actor in names]


def test_the_same_code_decides_the_same(events: list[Recorded]) -> None:
    result = judged(events)

    assert result.differences == []
    assert result.events == len(events)
    assert result.decisions == len(decided(events)) > 100
    assert {"weather watch", "executor", "buffer", "reduction queue"} <= set(result.by_decider)


class StepByStep(Judge):
    """Takes no event in the short way in which nearly all of a night is."""

    def _take_in_plain(self) -> None:
        pass


@pytest.mark.parametrize("only", [(), *PARTS])
@pytest.mark.parametrize("stop_after", [1, None])
def test_the_short_way_finds_what_going_step_by_step_finds(
    only: tuple[str, ...], stop_after: int | None, events: list[Recorded], monkeypatch: pytest.MonkeyPatch
) -> None:
    night = ReplayedNight(log_of(events))
    monkeypatch.setattr(weather_limits, "SAFE_AFTER", weather_limits.SAFE_AFTER * 10)

    short = Judge(night.folding(0), only, stop_after=stop_after).run(night.events())
    long = StepByStep(night.folding(0), only, stop_after=stop_after).run(night.events())

    assert short == long
    assert bool(short.differences) == ("monitor" not in only)


@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("script", [SCRIPT, FAULTS])
def test_it_does_in_other_nights(script: str, seed: int) -> None:
    observatory = Observatory(None, plan(end="17:30", script=script, seed=seed))
    observatory.start(
        survey(2), survey(4, at="17:10", comment="other"), survey(1, at="17:20", comment="third")
    )
    observatory.run_until("17:03")
    observatory.submit(survey(1, at="17:05", comment="a person's"))
    observatory.run_to_end()
    events = observatory.all()
    observatory.close()

    result = judged(events)

    assert result.differences == []
    assert result.decisions == len(decided(events))


def test_a_night_that_crashed_and_was_resumed_is_decided_the_same(tmp_path: Path) -> None:
    # given a night whose process died right after a decision, before the next was made
    first = Observatory(None, plan(end="17:20", script=SCRIPT))
    first.start(survey(2))
    first.run_until("16:53")
    events = first.all()
    first.close()
    cut = next(
        each
        for each in first.noted.boundaries[::-1]
        if isinstance(events[each - 1].payload, recipe.OperationStarted)
    )
    copy_log(events[:cut], tmp_path / "log")
    second = Observatory(tmp_path / "log", plan(end="17:20", script=SCRIPT))
    second.resume()
    second.run_to_end()
    whole = second.all()
    second.close()

    result = judged(whole)

    assert any(isinstance(each.payload, system.NightResumed) for each in whole)
    assert result.differences == []


def test_no_decider_asks_to_be_woken_before_the_time_that_it_says(events: list[Recorded]) -> None:
    folds = folds_of_a_night()
    folding, deciders = Folding(folds.by_name()), deciders_of_a_night(folds)
    for recorded in events:
        folding.take_in(recorded)
        for each in deciders:
            when = each.next_wakeup(each.fold.state, recorded.time)
            assert when is None or each.not_before(each.fold.state) <= when


class TestChangedCode:
    def test_a_changed_limit_is_found_where_it_first_matters(
        self, events: list[Recorded], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        safe = next(each for each in events if isinstance(each.payload, weather.WeatherBecameSafe))
        monkeypatch.setattr(weather_limits, "SAFE_AFTER", weather_limits.SAFE_AFTER * 10)

        [difference] = judged(events, stop_after=1).differences

        assert difference.decider == "weather watch"
        assert difference.position == safe.position - 1
        assert difference.recorded[0] == safe.payload
        assert difference.now == []

    def test_a_decision_made_too_early_is_found(
        self, events: list[Recorded], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(night_course, "PARK_WHEN_IDLE_FOR", night_course.MINUTE)

        first = judged(events, stop_after=1).differences[0]

        assert first.decider == "night course"
        assert first.recorded == []
        assert [type(each) for each in first.now] == [system.DailyRecipeIssued, recipe.RecipeSubmitted]

    def test_a_shorter_time_limit_is_found_though_no_event_tells_of_it(
        self, events: list[Recorded], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = executor.next_wakeup
        monkeypatch.setattr(executor, "decide", _impatient)
        monkeypatch.setattr(executor, "next_wakeup", lambda state, now: (before(state, now) or 0) and now + 1)

        differences = judged(events, stop_after=1).differences

        assert [type(each) for each in differences[0].now] == [recipe.OperationFailed, recipe.RecipeCancelled]
        assert differences[0].woken_by == 0

    def test_an_event_more_is_shown_beside_the_recorded_ones(
        self, events: list[Recorded], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        close_both = night_course._close_both
        monkeypatch.setattr(night_course, "_enter", _enter_and_say(close_both))

        [difference] = judged(events, stop_after=1).differences

        assert [type(each) for each in difference.recorded] == [system.NightPhaseEntered]
        assert [type(each) for each in difference.now][1:] == [
            telescope.MirrorCoverCommanded,
            telescope.DomeSlitCommanded,
        ]


_decide = executor.decide


def _impatient(state, recorded, now):  # type: ignore[no-untyped-def]
    execution = state.execution
    if recorded is None and execution is not None and execution.operation_started:
        opened = state.recipes[execution.recipe_id]
        operation = executor.operation_of(opened.recipe.operations[execution.index])
        return executor._fail(opened, execution.index, operation, "OperationTimedOut", "impatient", 1)
    return _decide(state, recorded, now)


_enter = night_course._enter


def _enter_and_say(close_both):  # type: ignore[no-untyped-def]
    return lambda plan, phase, reason: [*_enter(plan, phase, reason), *close_both()]


def test_a_decision_that_no_code_made_is_found(events: list[Recorded]) -> None:
    forged = next(each for each in events if isinstance(each.payload, weather.WeatherBecameUnsafe))
    changed = msgspec.structs.replace(forged, payload=weather.WeatherBecameUnsafe(reasons=["a whim"]))
    log = [changed if each is forged else each for each in events]

    difference = judged(log, stop_after=1).differences[0]

    assert difference.position == forged.position - 1
    assert weather.WeatherBecameUnsafe(reasons=["a whim"]) in difference.recorded
    assert forged.payload in difference.now


def test_a_violation_that_was_not_recorded_is_found(events: list[Recorded]) -> None:
    moved = telescope.MirrorCoverRead(state="opening")
    last = events[-1]
    extra = Recorded(last.position + 1, "mirror_cover", 999, last.time + 1, 0, 0, 0, "mirror_cover", moved)
    after = msgspec.structs.replace(extra, position=extra.position + 1, time=extra.time + 1)

    [difference] = judged([*events, extra, after], stop_after=1).differences

    assert difference.decider == monitor.NAME
    assert difference.woken_by == extra.position


@pytest.mark.slow
def test_several_nights_are_checked_at_once_each_from_where_the_one_before_left(tmp_path: Path) -> None:
    for name in ("2023-12-12", "2023-12-13"):
        observatory = Observatory(tmp_path / "log", plan(end="16:57", night=name))
        if name == "2023-12-12":
            observatory.start(survey(1))
            observatory.run_to_end()
        else:
            observatory.conductor.catch_up()
            day = 24 * 3600
            observatory.clock.run_until(observatory.clock.now() + day * 1_000_000)
            observatory.start()
            observatory.run_for(600)
        observatory.close()

    log = ReadOnlyLog(tmp_path / "log")
    names = nights_of(log)
    results = list(check(tmp_path / "log", names, stop_after=1, workers=2))

    assert names == ["2023-12-12", "2023-12-13"]
    assert [each.night for each in results] == names
    assert [each.differences for each in results] == [[], []]
    assert results[0] == check_one(ReplayedNight(log, names[0]))
    log.close()
