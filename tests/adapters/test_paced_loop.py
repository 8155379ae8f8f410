"""The loop of a night: order of alarms, what is posted from outside, and a clock that waits for work."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.paced_loop import PacedLoop
from tomoe_es.clock import DAY, HOUR, SECOND

START = 1_702_378_800 * SECOND
THOUSANDFOLD = 1000.0


@contextmanager
def elsewhere(action: Callable[[], None]) -> Iterator[None]:
    """Run something in another thread meanwhile."""
    thread = threading.Thread(target=action)
    thread.start()
    yield
    thread.join()


@given(st.lists(st.integers(-1000, 1000), max_size=30))
def test_alarms_ring_in_order_of_time_then_of_asking(offsets: list[int]) -> None:
    loop, rung = PacedLoop(START, THOUSANDFOLD), list[tuple[int, int, int]]()

    def alarm(offset: int, number: int) -> Callable[[], None]:
        return lambda: rung.append((max(offset, 0), number, loop.now() - START))

    for number, offset in enumerate(offsets):
        loop.call_at(START + offset, alarm(offset, number))
    loop.run()
    assert [each[:2] for each in rung] == sorted(
        (max(offset, 0), number) for number, offset in enumerate(offsets)
    )
    assert [each[2] for each in rung] == [each[0] for each in rung]


def test_what_an_action_asks_for_at_once_runs_after_what_is_due() -> None:
    loop, done = PacedLoop(START, math.inf), list[str]()

    def first() -> None:
        done.append("first")
        loop.call_at(loop.now() - HOUR, lambda: done.append("asked by the first"))
        loop.call_at(loop.now() + 1, lambda: done.append("later"))

    loop.call_at(START, first)
    loop.call_at(START, lambda: done.append("second"))
    loop.run()
    assert done == ["first", "second", "asked by the first", "later"]
    assert loop.now() == START + 1


def test_the_clock_is_set_before_it_runs() -> None:
    loop = PacedLoop(0, 1.0)
    loop.set_time(START)
    loop.call_at(START, lambda: None)
    loop.run()
    assert loop.now() == START


def test_it_does_not_run_ahead_of_the_wall_clock() -> None:
    loop, begun = PacedLoop(START, THOUSANDFOLD), time.monotonic()
    loop.call_at(START + 50 * SECOND, lambda: None)
    loop.run()
    assert time.monotonic() - begun >= 0.05


def test_a_stopped_loop_goes_on_where_it_was() -> None:
    loop, done = PacedLoop(START, math.inf), list[int]()

    def stop_at_two() -> None:
        done.append(2)
        loop.stop()

    loop.call_at(START + 1, lambda: done.append(1))
    loop.call_at(START + 2, stop_at_two)
    loop.call_at(START + 3, lambda: done.append(3))
    loop.run()
    assert (done, loop.now()) == ([1, 2], START + 2)
    loop.run()
    assert (done, loop.now()) == ([1, 2, 3], START + 3)


def test_stopped_from_another_thread_it_does_not_wait_for_its_alarm() -> None:
    loop, waits = PacedLoop(START, 1.0), threading.Event()

    def stop() -> None:
        waits.wait()
        loop.stop()

    loop.call_at(START, waits.set)
    loop.call_at(START + DAY, lambda: pytest.fail("the alarm of tomorrow rang"))
    with elsewhere(stop):
        loop.run()
    assert START <= loop.now() < START + HOUR


def test_posted_from_another_thread_it_runs_before_the_next_alarm_on_the_loop_s_thread() -> None:
    loop, waits, ran_on = PacedLoop(START, 1.0), threading.Event(), list[int]()

    def post() -> None:
        waits.wait()
        loop.post(lambda: ran_on.append(threading.get_ident()))
        loop.post(loop.stop)

    loop.call_at(START, waits.set)
    loop.call_at(START + DAY, lambda: pytest.fail("the alarm of tomorrow rang"))
    with elsewhere(post):
        loop.run()
    assert ran_on == [threading.get_ident()]
    assert START <= loop.now() < START + HOUR


def test_everything_posted_by_several_threads_runs_once_and_in_each_thread_s_order() -> None:
    loop, done = PacedLoop(START, 1.0), list[tuple[int, int]]()

    def post(thread: int) -> None:
        for number in range(200):
            loop.post(lambda number=number: done.append((thread, number)))  # type: ignore[misc]

    def stop_when_done() -> None:
        if len(done) == 600:
            loop.stop()
        else:
            loop.post(stop_when_done)

    loop.call_at(START + DAY, lambda: pytest.fail("the alarm of tomorrow rang"))
    loop.post(stop_when_done)
    with elsewhere(lambda: post(1)), elsewhere(lambda: post(2)), elsewhere(lambda: post(3)):
        loop.run()
    for thread in (1, 2, 3):
        assert [number for who, number in done if who == thread] == list(range(200))


def test_posted_by_a_signal_handler_it_runs_while_the_loop_waits() -> None:
    loop, waits = PacedLoop(START, 1.0), threading.Event()

    def interrupt() -> None:
        waits.wait()
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, lambda _number, _frame: loop.post(loop.stop))
    loop.call_at(START, waits.set)
    loop.call_at(START + DAY, lambda: pytest.fail("the alarm of tomorrow rang"))
    try:
        with elsewhere(interrupt):
            loop.run()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert loop.now() < START + HOUR


def test_the_clock_stands_still_while_an_action_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    real, late = time.monotonic, [0.0]
    monkeypatch.setattr("adapters.paced_loop.time.monotonic", lambda: real() + late[0])
    loop, shown, waits = PacedLoop(START, 1.0), list[int](), threading.Event()

    def slow() -> None:
        late[0] += 10 * 3600.0  # ten hours on the wall clock
        shown.append(loop.now() - START)

    def after_it() -> None:
        shown.append(loop.now() - START)
        waits.set()

    def post() -> None:
        waits.wait()
        loop.post(lambda: shown.append(loop.now() - START))
        loop.post(loop.stop)

    loop.call_at(START, slow)
    loop.call_at(START + HOUR, after_it)
    loop.call_at(START + DAY, lambda: pytest.fail("the alarm of tomorrow rang"))
    with elsewhere(post):
        loop.run()
    assert shown[:2] == [0, HOUR]
    assert HOUR <= shown[2] < 2 * HOUR  # and not ten hours: the rest of the night keeps its pace


def test_while_work_is_not_ready_the_clock_stands_still_and_the_loop_turns() -> None:
    signs, looks, done = list[int](), list[str](), list[tuple[str, int]]()
    loop = PacedLoop(START, math.inf, lambda: signs.append(loop.now()), lambda: looks.append("looked"))

    def note(name: str) -> Callable[[], None]:
        return lambda: done.append((name, loop.now() - START))

    def ready() -> bool:
        if len(looks) == 3:
            loop.post(note("posted"))
        return len(looks) > 5

    loop.call_when_ready(START + HOUR, ready, note("the work"))
    loop.call_at(START + HOUR, note("at the same time"))
    loop.call_at(START + DAY, note("later"))

    loop.run()

    assert done == [("posted", HOUR), ("the work", HOUR), ("at the same time", HOUR), ("later", DAY)]
    assert signs.count(START + HOUR) > 5, "each turn is a sign of life"


def test_after_work_that_took_long_the_night_keeps_its_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    real, late = time.monotonic, [0.0]
    monkeypatch.setattr("adapters.paced_loop.time.monotonic", lambda: real() + late[0])
    loop, shown = PacedLoop(START, 1.0), list[int]()

    def ready() -> bool:
        late[0] += 3600.0  # an hour on the wall clock, at each look
        return late[0] > 10 * 3600.0

    def then() -> None:
        shown.append(loop.now() - START)
        loop.post(lambda: shown.append(loop.now() - START))
        loop.post(loop.stop)

    loop.call_when_ready(START, ready, then)
    loop.call_at(START + HOUR, lambda: pytest.fail("the clock has run on"))
    loop.run()
    assert shown[0] == 0
    assert 0 <= shown[1] < HOUR


def test_with_nothing_to_do_it_ends() -> None:
    loop, done = PacedLoop(START, 1.0), list[str]()
    loop.run()
    loop.post(lambda: done.append("posted"))
    loop.run()
    assert (done, loop.now()) == (["posted"], START)


def test_at_infinite_speed_it_never_waits() -> None:
    loop, done = PacedLoop(START, math.inf), list[int]()
    for day in range(1000):
        loop.call_at(START + day * DAY, lambda: done.append((loop.now() - START) // DAY))
        loop.post(lambda: done.append(-1))
    loop.run()
    assert done == [-1] * 1000 + list(range(1000))
    assert loop.now() == START + 999 * DAY
