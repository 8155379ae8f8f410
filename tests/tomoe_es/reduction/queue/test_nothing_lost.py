"""Whatever happens in whatever order, no job is lost and none is leased twice at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tomoe_es.reduction.queue.played_engine import CHIPS, Engine, chip_of, kind_of, number_of
from tomoe_es.events import Event, reduction, transfer
from tomoe_es.events.camera import DataType
from tomoe_es.reduction import queue
from tomoe_es.reduction.queue_state import NOTHING

KINDS: list[DataType] = ["DARK", "FLAT", "OBJECT", "OBJECT"]
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("expose"),
            st.sampled_from(KINDS),
            st.sampled_from(["default", "express"]),
            st.sampled_from([(), (101,), CHIPS]),
        ),
        st.tuples(st.sampled_from(["archive", "reject", "fail", "permanent", "late"]), st.integers(0, 20)),
        st.tuples(st.just("wake")),
        st.tuples(st.just("restart"), st.integers(1, 5)),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(steps=steps, slots=st.integers(1, 5))
def test_no_job_is_lost_nor_leased_twice_at_once(steps: list[tuple[Any, ...]], slots: int) -> None:
    engine = Engine(slots)
    number = 0
    late: list[Event] = []
    for step in steps:
        number += step[0] == "expose"
        _do(engine, step, number, late)
        _check(engine)
    for event in late:
        engine.tell(event)
        _check(engine)
    while engine.state.leased:
        name = next(iter(engine.state.leased))
        engine.archive(engine.state.leased[name].exposure_number, int(name[-2:]) + 100, kind_of(engine, name))
        _check(engine)

    assert queue.is_idle(engine.state), "with nothing running, nothing can be waiting"
    assert engine.state.exposures == {}
    buffered = {each.frame_id for each in engine.told(transfer.ChipCubeBuffered)}
    finished = {each.frame_id for each in engine.told(reduction.ReductionFinished)}
    given_up = {each.frame_id for each in engine.told(reduction.ReductionFailed) if each.given_up}
    assert finished | given_up == buffered


def _do(engine: Engine, step: tuple[Any, ...], number: int, late: list[Event]) -> None:
    match step:
        case ("expose", kind, lane, lost):
            engine.expose(number, kind, lane=lane, lost=lost, seconds=1.0)
        case ("wake",):
            if engine.state.leased:
                engine.wake()
        case ("restart", slots):
            engine.restart(slots)
        case (how, index):
            names = list(engine.state.leased)
            if not names:
                return
            name = names[index % len(names)]
            result: dict[str, Callable[[], object]] = {
                "archive": lambda: engine.archive(
                    number_of(engine, name), chip_of(name), kind_of(engine, name)
                ),
                "reject": lambda: engine.reject(
                    number_of(engine, name), chip_of(name), kind_of(engine, name)
                ),
                "fail": lambda: engine.fail(name),
                "permanent": lambda: engine.fail(name, permanent=True),
                # a result that is on the way while its lease ends
                "late": lambda: late.append(_result_of(engine, name)),
            }
            result[how]()


def _result_of(engine: Engine, name: str) -> Event:
    lease = engine.running[name]
    result = engine.finished(name)
    engine.running[name] = lease
    return result


def _check(engine: Engine) -> None:
    state = engine.state
    waiting = [name for lane in state.waiting.values() for name in lane]
    assert len(state.leased) <= state.total.cpus
    assert state.taken == sum((each.needs for each in state.leased.values()), NOTHING)
    assert not set(waiting) & set(state.leased)
    assert len(waiting) == len(set(waiting))
    held: dict[str, int] = {}  # every lease is over before the next one of the same frame begins
    for event in engine.events:
        match event:
            case reduction.ReductionEngineStarted():
                held.clear()
            case reduction.ReductionLeased():
                assert event.frame_id not in held
                held[event.frame_id] = event.attempt
            case reduction.ReductionFinished():
                held.pop(event.frame_id, None)
            case reduction.ReductionFailed() | reduction.ReductionLeaseExpired():
                if held.get(event.frame_id) == event.attempt:
                    del held[event.frame_id]
            case _:
                pass
    assert set(held) == set(state.leased)
