"""What other processes append is taken in once, in order."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from adapters.paced_loop import PacedLoop
from tests.tomoe_es.control.conductor.bench import NOW, Bench, draft, message
from tomoe_es.clock import SECOND
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.decider import Decision
from tomoe_es.control.hardware import WRONG_CLOCK
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.queue import QueuePaused, QueueStarted
from tomoe_es.events.safety import TelescopeMadeSafe
from tomoe_es.events.system import MessagePosted
from tomoe_es.log.sqlite_log import SqliteLog


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
