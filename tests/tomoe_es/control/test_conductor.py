"""The conductor: everything is recorded first, then taken in, then acted on, in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.paced_loop import PacedLoop
from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import JumpingClock, make_recipe, plan, submitted, survey
from tomoe_es.clock import SECOND
from tomoe_es.control import snapshot
from tomoe_es.control.conductor import Conductor, NoProgress
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.control.hardware import WRONG_CLOCK
from tomoe_es.events import Event
from tomoe_es.events.camera import ExposureAborted, ExposureAbortRequested, ExposureRequested
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.queue import QueuePaused, QueueStarted
from tomoe_es.events.recipe import (
    RecipeCompleted,
    RecipeExpired,
    RecipeQueued,
    RecipeRefused,
    RecipeSubmitted,
)
from tomoe_es.events.safety import TelescopeMadeSafe
from tomoe_es.events.system import MessagePosted
from tomoe_es.events.transfer import ChipCubeExpired, ExposureTransferred
from tomoe_es.log.sqlite_log import SqliteLog

NOW = 1_702_382_400_000_000


def message(text: str) -> MessagePosted:
    return MessagePosted(recipe_id="", text=text)


def draft(event: Event, time: int = NOW) -> Draft:
    return Draft(payload=event, time=time, actor="another process")


class Bench:
    """A conductor over a log, and what it took in."""

    def __init__(self, folder: Path) -> None:
        self.log = SqliteLog(folder)
        self.clock = JumpingClock(NOW)
        self.conductor = Conductor(self.log, self.clock)
        self.fold = Fold([], remember, frozenset({MessagePosted, QueueStarted, QueuePaused}))
        self.conductor.add_fold(self.fold)

    @property
    def texts(self) -> list[str]:
        """The messages that its state has taken in, in order."""
        return [each.payload.text for each in self.fold.state if isinstance(each.payload, MessagePosted)]

    def decide(
        self,
        *inputs: type[Event],
        by: Callable[[list[Recorded], Recorded | None, int], list[Decision]],
        wakeup: Callable[[list[Recorded], int], int | None] = lambda _state, _now: None,
        gathers: bool = False,
        name: str = "decider",
    ) -> None:
        self.conductor.add([Decider(name, self.fold, frozenset(inputs), by, wakeup, gathers)])

    def logged(self) -> list[str]:
        return [getattr(each.payload, "text", type(each.payload).__name__) for each in self.log.read()]


def remember(state: list[Recorded], recorded: Recorded) -> list[Recorded]:
    return [*state, recorded]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "log")
    yield made
    made.log.close()


class TestOrder:
    def test_an_event_is_in_the_log_before_anybody_reacts(self, bench: Bench) -> None:
        seen: list[int] = []

        def look(recorded: Recorded) -> None:
            seen.append(bench.log.head())

        bench.conductor.add_effects({MessagePosted: look})

        [recorded] = bench.conductor.record([message("ping")], actor="test")

        assert seen == [1]
        assert list(bench.log.read()) == [recorded]

    def test_deciders_see_the_state_with_the_event(self, bench: Bench) -> None:
        states: list[list[str]] = []
        bench.decide(MessagePosted, by=lambda _state, _recorded, _now: states.append(bench.texts) or [])  # type: ignore[func-returns-value]

        bench.conductor.record([message("one"), message("two")], actor="test")

        assert states == [["one", "two"]] * 2

    def test_decisions_before_effects_and_first_come_first_served(self, bench: Bench) -> None:
        order: list[str] = []

        def answer(_state: list[Recorded], recorded: Recorded | None, _now: int) -> list[Decision]:
            assert recorded is not None
            text = recorded.payload.text  # type: ignore[attr-defined]
            order.append(f"decided {text}")
            return [Decision(message(f"{text}+"), recorded.position)] if len(text) < 3 else []

        bench.decide(MessagePosted, by=answer)
        bench.conductor.add_effects({MessagePosted: lambda each: order.append(f"did {each.payload.text}")})  # type: ignore[attr-defined]

        bench.conductor.record([message("a"), message("b")], actor="test")

        texts = ["a", "b", "a+", "b+", "a++", "b++"]
        assert order == [f"{what} {text}" for text in texts for what in ("decided", "did")]
        assert bench.logged() == bench.texts == texts
        assert [each.cause for each in bench.log.read()] == [0, 0, 1, 2, 3, 4]

    def test_an_effect_may_record_its_results(self, bench: Bench) -> None:
        def echo(recorded: Recorded) -> None:
            results = bench.conductor.record([QueuePaused(reason="x")], cause=recorded, actor="device")
            assert [each.cause for each in results] == [recorded.position]

        bench.conductor.add_effects({QueueStarted: echo})

        bench.conductor.record([QueueStarted(reason="x"), message("ping")], actor="test")

        assert bench.logged() == ["QueueStarted", "ping", "QueuePaused"]

    def test_events_of_one_decision_are_recorded_together(self, bench: Bench) -> None:
        bench.decide(
            QueueStarted,
            by=lambda _state, recorded, _now: [
                Decision(each, recorded.position)  # type: ignore[union-attr]
                for each in (message("one"), QueuePaused(reason="x"), message("two"))
            ],
        )
        bench.decide(QueuePaused, by=lambda *_: [Decision(message("late"))], name="other")

        bench.conductor.record([QueueStarted(reason="x")], actor="test")

        assert bench.logged() == ["QueueStarted", "one", "QueuePaused", "two", "late"]
        assert [each.version for each in bench.log.read_stream("messages")] == [1, 2, 3]

    def test_one_that_gathers_decides_once_on_the_last(self, bench: Bench) -> None:
        woken_by: list[str] = []

        def note(_state: list[Recorded], recorded: Recorded | None, _now: int) -> list[Decision]:
            woken_by.append(recorded.payload.text)  # type: ignore[union-attr]
            return []

        bench.decide(MessagePosted, by=note, gathers=True)

        bench.conductor.record([message(each) for each in ("one", "two", "three")], actor="test")

        assert woken_by == ["three"]

    def test_a_state_of_several_deciders_takes_an_event_in_once(self, bench: Bench) -> None:
        for name in ("first", "second"):
            bench.decide(MessagePosted, by=lambda *_: [], name=name)

        bench.conductor.record([message("ping")], actor="test")

        assert bench.texts == ["ping"]

    def test_while_holding_nobody_reacts(self, bench: Bench) -> None:
        done: list[str] = []
        bench.conductor.add_effects({MessagePosted: lambda each: done.append(each.payload.text)})  # type: ignore[attr-defined]

        with bench.conductor.holding():
            bench.conductor.record([message("one")], actor="test")
            bench.conductor.record([message("two")], actor="test")
            assert (done, bench.texts) == ([], ["one", "two"])

        assert done == ["one", "two"]

    def test_code_and_actor_are_noted(self, bench: Bench) -> None:
        bench.conductor.write_as(7)
        bench.decide(QueueStarted, by=lambda *_: [Decision(message("ping"), 1)], name="greeter")

        bench.conductor.record([QueueStarted(reason="x")], actor="test")

        assert [(each.actor, each.code) for each in bench.log.read()] == [("test", 7), ("greeter", 7)]


class TestCommands:
    def test_the_same_command_again_does_nothing(self, bench: Bench) -> None:
        done: list[str] = []
        bench.conductor.add_effects({MessagePosted: lambda each: done.append(each.payload.text)})  # type: ignore[attr-defined]
        assert bench.conductor.record([message("ping")], actor="test", command_id="c1")

        assert bench.conductor.record([message("ping")], actor="test", command_id="c1") == []

        assert (bench.logged(), done) == (["ping"], ["ping"])

    def test_nor_when_it_goes_to_several_streams(self, bench: Bench) -> None:
        refused = RecipeRefused(source_name="a.yaml", source_digest="", errors=[])
        command = [refused, message("refused"), refused]
        assert len(bench.conductor.record(command, actor="test", command_id="c1")) == 3

        assert bench.conductor.record(command, actor="test", command_id="c1") == []

        assert bench.log.head() == 3

    def test_after_a_restart_it_is_known_still(self, bench: Bench) -> None:
        bench.conductor.record([message("ping")], actor="test", command_id="c1")
        again = Conductor(bench.log, bench.clock)
        again.catch_up()

        assert again.record([message("ping")], actor="test", command_id="c1") == []

    def test_one_that_another_process_recorded_is_taken_in_as_that(self, bench: Bench) -> None:
        bench.log.append("messages", [draft(message("ping"), NOW - 5)], command_id="c1")
        bench.log.append("messages", [draft(message("pong"), NOW - 4)])

        assert bench.conductor.record([message("ping")], actor="test", command_id="c1") == []
        bench.conductor.record([message("after")], actor="test")

        assert bench.texts == bench.logged() == ["ping", "pong", "after"]
        assert bench.fold.state == list(bench.log.read())


class TestOthers:
    def test_what_others_append_is_taken_in_once_and_in_order(self, bench: Bench, tmp_path: Path) -> None:
        other = SqliteLog(tmp_path / "log")
        done: list[str] = []
        bench.conductor.add_effects({MessagePosted: lambda each: done.append(each.payload.text)})  # type: ignore[attr-defined]
        for number in range(3):
            other.append("messages", [draft(message(f"other {number}"))])
            bench.conductor.record([message(f"own {number}")], actor="test")
        other.append("messages", [draft(message("last"))])
        bench.conductor.follow_others()
        bench.conductor.follow_others()
        other.close()

        assert bench.texts == done == bench.logged()
        assert bench.texts[-1] == "last"
        assert len(bench.texts) == 7
        assert bench.fold.state == list(bench.log.read())

    def test_deciders_react_to_others(self, bench: Bench) -> None:
        bench.decide(QueuePaused, by=lambda _s, recorded, _n: [Decision(message("seen"), recorded.position)])  # type: ignore[union-attr]
        bench.log.append("queue", [draft(QueuePaused(reason="operator"))])

        bench.conductor.follow_others()

        assert bench.logged() == ["QueuePaused", "seen"]

    @pytest.mark.parametrize(
        ("later", "decided_at"),
        [
            (60 * SECOND, NOW + 60 * SECOND),
            (-60 * SECOND, NOW),
            (WRONG_CLOCK + SECOND, NOW),
        ],
    )
    def test_nothing_is_decided_before_the_time_of_what_others_did_at_the_telescope(
        self, bench: Bench, later: int, decided_at: int
    ) -> None:
        loop = PacedLoop(NOW, math.inf)
        bench.conductor = Conductor(bench.log, loop, loop.skip_to)
        bench.decide(
            TelescopeMadeSafe,
            by=lambda _s, recorded, _n: [Decision(message("seen"), recorded.position)],  # type: ignore[union-attr]
        )
        made_safe = TelescopeMadeSafe(by="guardian", seconds=50.0, attempts=1)
        bench.log.append("safety", [draft(made_safe, NOW + later)])

        bench.conductor.follow_others()

        assert [each.time for each in bench.log.read(types=["MessagePosted"])] == [decided_at]

    def test_what_people_say_does_not_set_the_clock(self, bench: Bench) -> None:
        loop = PacedLoop(NOW, math.inf)
        bench.conductor = Conductor(bench.log, loop, loop.skip_to)
        bench.log.append("messages", [draft(message("early"), NOW + 60 * SECOND)])

        bench.conductor.follow_others()

        assert loop.now() == NOW

    def test_one_that_is_appended_while_a_decision_is_made_is_not_skipped(self, bench: Bench) -> None:
        def slow(_state: list[Recorded], recorded: Recorded | None, _now: int) -> list[Decision]:
            bench.log.append("messages", [draft(message("in between"))])
            return [Decision(QueuePaused(reason="x"), recorded.position)]  # type: ignore[union-attr]

        bench.decide(QueueStarted, by=slow)

        bench.conductor.record([QueueStarted(reason="x")], actor="test")

        assert [each.position for each in bench.fold.state] == [1, 2, 3]
        assert bench.logged() == ["QueueStarted", "in between", "QueuePaused"]

    def test_what_it_wrote_itself_is_not_read_again(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bench.conductor.record([message("own")] * 5, actor="test")
        monkeypatch.setattr(bench.log, "read", lambda *_, **__: pytest.fail("it reads"))

        bench.conductor.follow_others()

        assert bench.texts == ["own"] * 5

    def test_catching_up_does_not_act(self, bench: Bench) -> None:
        bench.log.append("messages", [draft(message("before"))])
        bench.conductor.add_effects({MessagePosted: lambda _: pytest.fail("it acted on what was over")})

        assert bench.conductor.catch_up() == 1

        assert bench.texts == ["before"]
        bench.conductor.follow_others()
        assert bench.texts == ["before"]


class TestAlarms:
    def test_a_decider_is_woken_at_its_time(self, bench: Bench) -> None:
        due = NOW + 5 * SECOND
        bench.decide(
            by=lambda _state, recorded, now: [Decision(message(f"{recorded} {now - NOW}"))],
            wakeup=lambda state, _now: None if state else due,
        )
        bench.conductor.start()

        bench.clock.run_until(due - 1)
        assert bench.texts == []
        bench.clock.run_until(due)

        assert bench.texts == ["None 5000000"]
        assert bench.clock.next_alarm() is None

    def test_one_that_asks_for_another_time_is_woken_then_only(self, bench: Bench) -> None:
        woken: list[int] = []
        sooner, later = NOW + 5 * SECOND, NOW + 10 * SECOND
        bench.decide(
            by=lambda _state, _recorded, now: woken.append(now) or [],  # type: ignore[func-returns-value]
            wakeup=lambda state, now: later if state and now < later else sooner if now < sooner else None,
        )
        bench.conductor.start()

        bench.conductor.record([message("change")], actor="test")
        bench.clock.run_until(NOW + 60 * SECOND)

        assert woken == [later]

    def test_one_that_does_nothing_and_asks_for_the_same_time_again_is_a_mistake(self, bench: Bench) -> None:
        due = NOW + SECOND
        bench.decide(by=lambda *_: [], wakeup=lambda _state, _now: due, name="stuck")
        bench.conductor.start()

        with pytest.raises(NoProgress, match=f"'stuck' did nothing at {due}"):
            bench.clock.run_until(due)

    def test_one_that_records_something_may_ask_for_the_same_time(self, bench: Bench) -> None:
        due = NOW + SECOND
        bench.decide(
            by=lambda _state, _recorded, _now: [Decision(message("step"))],
            wakeup=lambda state, _now: due if len(state) < 3 else None,
        )
        bench.conductor.start()

        bench.clock.run_until(due)

        assert bench.texts == ["step"] * 3


def requested(number: int, recipe_id: str) -> ExposureRequested:
    return ExposureRequested(
        exposure_number=number,
        recipe_id=recipe_id,
        name="field",
        data_type="OBJECT",
        gain="high",
        exposure_seconds=0.5,
        frames=18,
        pipeline=[],
        observer="o",
        project="p",
        lane="default",
        ra_deg=1.0,
        dec_deg=2.0,
        night="2023-12-12",
    )


def transferred(number: int, buffered: int = 1) -> ExposureTransferred:
    return ExposureTransferred(exposure_number=number, buffered=buffered, lost=0)


def expired(number: int) -> ChipCubeExpired:
    return ChipCubeExpired(exposure_number=number, frame_id="f", path="p", blake3="s")


class TestCorrelation:
    """Each event of a recipe, and of what it exposed, carries the position of the recipe's submission."""

    @pytest.fixture
    def recipes(self, bench: Bench) -> tuple[str, str]:
        """Two recipes, submitted at positions 2 and 3."""
        events = [submitted(make_recipe(("SendMessage", text)), NOW) for text in ("one", "two")]
        bench.conductor.record([message("before"), *events], actor="test")
        return events[0].recipe_id, events[1].recipe_id

    def record(self, bench: Bench, *events: Event) -> list[int]:
        return [bench.conductor.record([event], actor="test")[0].correlation for event in events]

    def test_of_a_recipe_also_after_a_restart(self, bench: Bench, recipes: tuple[str, str]) -> None:
        again = Conductor(bench.log, bench.clock)
        again.catch_up()

        [queued] = again.record([RecipeQueued(recipe_id=recipes[0], priority=0.5)], actor="test")
        [paused] = again.record([QueuePaused(reason="x")], cause=queued, actor="test")

        assert (queued.correlation, paused.correlation) == (2, 2)

    def test_of_an_exposure_whatever_woke_the_decider(self, bench: Bench, recipes: tuple[str, str]) -> None:
        self.record(bench, requested(1, recipes[0]), requested(2, recipes[1]))
        bench.decide(
            ExposureTransferred,
            by=lambda _s, recorded, _n: [Decision(expired(number), recorded.position) for number in (1, 2)],  # type: ignore[union-attr]
        )

        [over] = bench.conductor.record([transferred(1)], actor="test")

        assert over.correlation == 2
        assert [each.correlation for each in bench.log.read(types=["ChipCubeExpired"])] == [2, 3]

    def test_of_an_exposure_when_an_alarm_woke_the_decider(
        self, bench: Bench, recipes: tuple[str, str]
    ) -> None:
        self.record(bench, requested(1, recipes[1]))
        bench.decide(
            by=lambda *_: [Decision(ExposureAbortRequested(exposure_number=1, reason="x"))],
            wakeup=lambda _state, now: NOW + SECOND if now < NOW + SECOND else None,
        )
        bench.conductor.start()

        bench.clock.run_until(NOW + SECOND)

        assert [each.correlation for each in bench.log.read(types=["ExposureAbortRequested"])] == [3]

    def test_an_exposure_keeps_it_after_its_recipe_and_its_night(
        self, bench: Bench, recipes: tuple[str, str]
    ) -> None:
        self.record(bench, requested(1, recipes[0]), transferred(1, buffered=2))
        self.record(bench, RecipeCompleted(recipe_id=recipes[0]), plan())

        assert self.record(bench, expired(1), expired(1)) == [2, 2]

    def test_a_recipe_left_over_keeps_it_in_the_next_night(
        self, bench: Bench, recipes: tuple[str, str]
    ) -> None:
        assert self.record(bench, plan(), RecipeExpired(recipe_id=recipes[1], reason="x")) == [0, 3]

    def test_what_is_over_is_forgotten(self, bench: Bench, recipes: tuple[str, str]) -> None:
        self.record(bench, *(requested(number, recipes[0]) for number in (1, 2, 3, 4)))
        self.record(bench, transferred(1), expired(1), transferred(2, buffered=0), transferred(3))
        self.record(
            bench, ExposureAborted(exposure_number=4, reason="x"), RecipeCompleted(recipe_id=recipes[0])
        )
        self.record(bench, plan())

        taken = snapshot.decode(bench.conductor.snapshot("v1"), "v1")

        assert taken is not None
        assert taken.correlations.recipes == {recipes[1]: 3}
        assert list(taken.correlations.exposures) == [3]

    def test_a_snapshot_keeps_them(self, bench: Bench, recipes: tuple[str, str]) -> None:
        self.record(bench, requested(1, recipes[0]))
        again = Conductor(bench.log, bench.clock)
        again.add_fold(bench.fold)

        assert again.restore(bench.conductor.snapshot("v1"), "v1")

        later = (transferred(1), RecipeQueued(recipe_id=recipes[1], priority=0.5))
        assert [each.correlation for each in again.record(later, actor="test")] == [2, 3]

    def test_in_a_whole_night_every_event_of_an_exposure_carries_that_of_its_recipe(
        self, observatory: Opener
    ) -> None:
        night = observatory()
        night.start(survey(2), survey(1, at="16:56"))
        night.run_to_end()
        night.run_for(2 * night.plan.buffer_ttl_seconds)

        submissions = {each.payload.recipe_id: each.position for each in night.of(RecipeSubmitted)}  # type: ignore[attr-defined]
        of_exposure = {
            each.payload.exposure_number: submissions[each.payload.recipe_id]  # type: ignore[attr-defined]
            for each in night.of(ExposureRequested)
        }
        exposed = [each for each in night.all() if getattr(each.payload, "exposure_number", 0) in of_exposure]
        wrong = [each for each in exposed if each.correlation != of_exposure[each.payload.exposure_number]]  # type: ignore[attr-defined]
        assert wrong == []
        assert len(set(of_exposure.values())) > 1
        assert night.of(ChipCubeExpired)
