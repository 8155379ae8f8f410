"""What led to an event is a tree from what began it."""

from __future__ import annotations

from projections.causal_chain import LONGEST, causal_chain
from tests.projections.memory_log import MemoryLog
from tests.projections.night_story import START
from tests.projections.test_alarms import violated
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted

PING = MessagePosted(recipe_id="", text="ping")


def tree(*events: tuple[Event, int], of: int) -> list[tuple[int, int]]:
    """(depth, position) of the chain of one event; each event comes with its cause."""
    log = MemoryLog()
    for event, cause in events:
        log.append(event.stream(), [Draft(event, START, cause=cause)])
    return [(link.depth, link.recorded.position) for link in causal_chain(log, of)]


def test_each_event_stands_below_its_cause() -> None:
    assert tree((PING, 0), (PING, 1), (PING, 0), (PING, 2), of=4) == [(0, 1), (1, 2), (2, 4)]


def test_a_violation_brings_its_evidence_and_their_causes() -> None:
    violation = violated()  # its evidence is the event 1
    assert tree((PING, 0), (PING, 0), (PING, 2), (violation, 3), of=4) == [(0, 1), (0, 2), (1, 3), (2, 4)]


def test_causes_of_one_event_stand_beside_each_other() -> None:
    violation = violated()
    assert tree((PING, 0), (PING, 1), (violation, 2), of=3) == [(0, 1), (1, 2), (2, 3)]
    assert tree((PING, 0), (violation, 1), of=2) == [(0, 1), (1, 2)]


def test_a_chain_without_end_is_cut() -> None:
    events = [(PING, cause) for cause in range(2 * LONGEST)]
    assert len(tree(*events, of=len(events))) == LONGEST


def test_an_event_that_is_not_there_has_no_chain() -> None:
    assert tree((PING, 0), of=9) == []
