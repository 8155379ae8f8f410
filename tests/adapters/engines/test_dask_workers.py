"""Which of a scheduler's workers count, and for how long one that is away is waited for."""

from __future__ import annotations

from adapters.engines.dask_workers import MISSED_SECONDS, Workers, offer
from tomoe_es.reduction.needs import Capacity, Needs

LARGE, SMALL = Needs(1, 1000, 50), Needs(1, 100, 0)


def test_they_are_added_up_and_the_largest_is_told() -> None:
    workers = Workers("1.0+abc")
    workers.look({"tcp://1": offer(LARGE, "1.0+abc"), "tcp://2": offer(SMALL, "1.0+abc")}, 0.0)
    assert workers.capacity() == Capacity(Needs(2, 1100, 50), LARGE)


def test_those_of_other_code_and_those_of_dask_s_own_command_do_not_count() -> None:
    workers = Workers("1.0+abc")
    workers.look({"tcp://1": offer(LARGE, "1.0+def"), "tcp://2": {}}, 0.0)
    assert workers.capacity() is None
    assert workers.other_code == {"1.0+def"}


def test_one_that_is_away_is_waited_for_a_while() -> None:
    workers = Workers("1.0+abc")
    workers.look({"tcp://1": offer(LARGE, "1.0+abc")}, 0.0)
    workers.look({}, MISSED_SECONDS - 1)
    assert workers.capacity() == Capacity(Needs(0, 0, 0), LARGE)
    workers.look({}, MISSED_SECONDS)
    assert workers.capacity() is None


def test_when_a_lost_scheduler_is_back_the_small_worker_that_comes_first_is_not_the_largest() -> None:
    workers = Workers("1.0+abc")
    workers.look({"tcp://1": offer(LARGE, "1.0+abc")}, 0.0)
    workers.found_scheduler(1000.0)
    workers.look({}, 1001.0)
    assert workers.capacity() is None
    workers.look({"tcp://2": offer(SMALL, "1.0+abc")}, 1002.0)
    assert workers.capacity() == Capacity(SMALL, LARGE)
