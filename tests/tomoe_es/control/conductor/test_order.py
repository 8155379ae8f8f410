"""Everything is recorded first, then taken in, then acted on, in order."""

from __future__ import annotations

from tests.tomoe_es.control.conductor.bench import NOW, Bench, draft, message
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.decider import Decision
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.queue import QueuePaused, QueueStarted
from tomoe_es.events.recipe import (
    RecipeRefused,
)
from tomoe_es.events.system import MessagePosted


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
