"""Deciders are woken at the time that they asked for."""

from __future__ import annotations

import pytest

from tests.tomoe_es.control.conductor.bench import NOW, Bench, message
from tomoe_es.clock import SECOND
from tomoe_es.control.conductor import NoProgress
from tomoe_es.control.decider import Decision


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
