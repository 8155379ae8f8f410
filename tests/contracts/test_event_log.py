"""What every event log must do, as tomoe_es/log/port.py says it."""

from __future__ import annotations

import threading

import pytest

from tomoe_es.errors import LogCorrupt, LogUnavailable, UnknownEventType, VersionConflict
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.queue import QueuePaused
from tomoe_es.events.system import MessagePosted
from tomoe_es.log import Batch, EventLog, open_log

from .conftest import Store

NIGHT = 1_702_371_600_000_000  # 2023-12-12T09:00:00


def message(text: str) -> Draft:
    return Draft(MessagePosted(recipe_id="r", text=text), time=NIGHT)


def texts(events: list[Recorded]) -> list[str]:
    return [event.payload.text for event in events if isinstance(event.payload, MessagePosted)]


def test_an_empty_log_has_nothing(log: EventLog) -> None:
    assert log.head() == 0
    assert list(log.read()) == []
    assert list(log.read_stream("messages")) == []
    assert log.subscribe(0).poll() == []


def test_what_was_appended_is_read_back_whole_by_another_opening(store: Store, log: EventLog) -> None:
    draft = Draft(
        MessagePosted(recipe_id="r", text="Kiso 木曽 \x00 é"),
        time=NIGHT + 1,
        cause=7,
        correlation=3,
        code=2**40,
        actor="観測者",
    )
    log.append("messages", [message("first"), draft])
    other = open_log(store.url)
    recorded = list(other.read())[1]
    other.close()
    assert recorded == Recorded(2, "messages", 2, NIGHT + 1, 3, 7, 2**40, "観測者", draft.payload)


def test_positions_and_versions_have_no_gaps(log: EventLog) -> None:
    first = log.append("a", [message("1"), message("2")])
    second = log.append("b", [message("3")])
    third = log.append("a", [message("4"), message("5")])
    assert (first.first_position, first.last_position, first.first_version, first.last_version) == (
        1,
        2,
        1,
        2,
    )
    assert (second.first_position, second.last_position, second.first_version) == (3, 3, 1)
    assert (third.first_position, third.last_position, third.first_version, third.last_version) == (
        4,
        5,
        3,
        4,
    )
    assert [event.position for event in log.read()] == [1, 2, 3, 4, 5] == list(range(1, log.head() + 1))


def test_an_append_of_nothing_is_refused(log: EventLog) -> None:
    with pytest.raises(ValueError, match="nothing to append"):
        log.append("a", [])
    with pytest.raises(ValueError, match="nothing to append"):
        log.append_many([])
    assert log.head() == 0


def test_expected_version_lets_only_one_of_two_deciders_append(store: Store, log: EventLog) -> None:
    other = open_log(store.url)
    log.append("a", [message("1")], expected_version=0)
    other.append("a", [message("2")], expected_version=1)
    with pytest.raises(VersionConflict) as conflict:
        log.append("a", [message("lost")], expected_version=1)
    other.close()
    assert (conflict.value.stream, conflict.value.expected, conflict.value.actual) == ("a", 1, 2)
    assert texts(list(log.read())) == ["1", "2"]


def test_expected_version_zero_means_a_new_stream(log: EventLog) -> None:
    log.append("a", [message("1")], expected_version=0)
    with pytest.raises(VersionConflict):
        log.append("a", [message("2")], expected_version=0)


def test_the_same_command_id_again_gives_the_first_answer(store: Store, log: EventLog) -> None:
    first = log.append("a", [message("1")], expected_version=0, command_id="c")
    log.append("a", [message("2")])
    other = open_log(store.url)
    again = other.append("a", [message("changed")], expected_version=0, command_id="c")
    other.close()
    assert again == first
    assert texts(list(log.read())) == ["1", "2"]


def test_the_same_command_id_twice_in_one_append_counts_once(log: EventLog) -> None:
    answers = log.append_many([Batch("a", [message("1")], None, "c"), Batch("a", [message("1")], None, "c")])
    assert answers[0] == answers[1]
    assert log.head() == 1


def test_append_many_is_in_the_order_given_and_sees_its_own_versions(log: EventLog) -> None:
    answers = log.append_many(
        [Batch("a", [message("1")], 0), Batch("b", [message("2")], 0), Batch("a", [message("3")], 1)]
    )
    assert [answer.first_position for answer in answers] == [1, 2, 3]
    assert [(event.stream, event.version) for event in log.read()] == [("a", 1), ("b", 1), ("a", 2)]


def test_append_many_is_all_or_none(log: EventLog) -> None:
    log.append("b", [message("1")])
    with pytest.raises(VersionConflict):
        log.append_many([Batch("a", [message("2")], None, "c"), Batch("b", [message("3")], 0)])
    assert texts(list(log.read())) == ["1"]
    assert log.append("a", [message("4")], expected_version=0, command_id="c").first_position == 2


def test_read_takes_bounds_and_types(log: EventLog) -> None:
    pause = Draft(QueuePaused(reason="rain"), time=NIGHT)
    log.append("a", [message("1"), pause, message("3"), pause, message("5")])
    assert [event.position for event in log.read(after=1, until=4)] == [2, 3, 4]
    assert [event.position for event in log.read(types={"QueuePaused"})] == [2, 4]
    assert [event.position for event in log.read(after=2, types=["QueuePaused", "MessagePosted"])] == [
        3,
        4,
        5,
    ]
    assert list(log.read(types=[])) == []
    assert list(log.read(types=["NeverWritten"])) == []
    assert list(log.read(after=5)) == list(log.read(after=9)) == list(log.read(after=3, until=2)) == []
    assert [event.position for event in log.read(until=99)] == [1, 2, 3, 4, 5]


def test_read_stream_takes_one_stream_after_a_version(log: EventLog) -> None:
    for number in range(5):
        log.append("a", [message(f"a{number}")])
        log.append("b", [message(f"b{number}")])
    assert texts(list(log.read_stream("a"))) == ["a0", "a1", "a2", "a3", "a4"]
    assert texts(list(log.read_stream("b", after=3))) == ["b3", "b4"]
    assert list(log.read_stream("c")) == []


def test_long_reads_cross_every_inner_boundary(log: EventLog) -> None:
    log.append("a", [message(str(number)) for number in range(5_001)])
    assert texts(list(log.read())) == [str(number) for number in range(5_001)]
    assert texts(list(log.read_stream("a", after=1))) == [str(number) for number in range(1, 5_001)]


def test_a_reader_holds_up_no_writer_and_sees_a_consistent_prefix(store: Store, log: EventLog) -> None:
    log.append("a", [message(str(number)) for number in range(3_000)])
    reader = log.read()
    assert next(reader).position == 1
    other = open_log(store.url)
    other.append("a", [message("later")])
    other.close()
    assert [event.position for event in reader] == list(range(2, 3_001))
    assert log.head() == 3_001


def test_a_subscription_skips_nothing_and_repeats_nothing(store: Store, log: EventLog) -> None:
    log.append("a", [message(str(number)) for number in range(7)])
    subscription = log.subscribe(2)
    assert [event.position for event in subscription.poll(limit=3)] == [3, 4, 5]
    other = open_log(store.url)
    other.append("b", [message("7")])
    other.close()
    assert [event.position for event in subscription.poll()] == [6, 7, 8]
    assert subscription.poll() == []
    subscription.close()


def test_a_subscription_wakes_up_for_another_process(store: Store, log: EventLog) -> None:
    subscription = log.subscribe(0)
    assert subscription.wait(0.0) is False
    other = open_log(store.url)
    appender = threading.Thread(target=other.append, args=("a", [message("1")]))
    appender.start()
    assert subscription.wait(30.0) is True
    appender.join()
    other.close()
    assert subscription.wait(0.0) is True
    assert texts(subscription.poll()) == ["1"]
    assert subscription.wait(0.0) is False
    subscription.close()


def test_threads_share_one_log(log: EventLog) -> None:
    def append(name: str) -> None:
        for number in range(20):
            log.append(name, [message(f"{name}.{number}")], expected_version=number)

    threads = [threading.Thread(target=append, args=(f"t{index}",)) for index in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.position for event in log.read()] == list(range(1, 321))
    assert texts(list(log.read_stream("t3"))) == [f"t3.{number}" for number in range(20)]


def test_a_conflict_of_one_caller_is_not_the_others(log: EventLog) -> None:
    log.append("a", [message("0")])
    won: list[int] = []
    lost: list[VersionConflict] = []

    def append() -> None:
        try:
            won.append(log.append("a", [message("1")], expected_version=1).first_version)
        except VersionConflict as conflict:
            lost.append(conflict)

    threads = [threading.Thread(target=append) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [2]
    assert len(lost) == 11


def test_a_closed_log_says_so(log: EventLog) -> None:
    log.append("a", [message("1")])
    log.close()
    with pytest.raises(LogUnavailable, match="closed"):
        log.append("a", [message("2")])
    with pytest.raises(LogUnavailable, match="closed"):
        log.head()


_INSERT_EVENT = (
    "INTO event SELECT position + {}, stream, version + {}, type, 0, 0, 0, 0, actor, payload FROM event"
)
REFUSED = {
    "of both": [
        "UPDATE event SET time = 0",
        "UPDATE event SET position = position + 100",
        "DELETE FROM event",
        "DELETE FROM stream",
        "UPDATE stream SET name = 'b'",
        "UPDATE type SET name = 'QueuePaused'",
        "DELETE FROM command",
        f"INSERT {_INSERT_EVENT.format(2, 1)}",
        f"INSERT {_INSERT_EVENT.format(1, 2)}",
    ],
    "sqlite": [
        "INSERT OR REPLACE INTO event SELECT * FROM event",
        "INSERT OR REPLACE INTO command SELECT * FROM command",
        "INSERT OR REPLACE INTO stream SELECT id, 'b', 0 FROM stream",
        f"REPLACE {_INSERT_EVENT.format(1, 0)}",
    ],
    "postgresql": [
        "TRUNCATE event",
        "TRUNCATE stream, type, actor, event, command",
        "INSERT INTO event SELECT * FROM event ON CONFLICT (position) DO UPDATE SET time = 0",
        "INSERT INTO command SELECT * FROM command ON CONFLICT (id) DO UPDATE SET last_position = 9",
        "MERGE INTO event USING stream ON event.stream = stream.id WHEN MATCHED THEN DELETE",
        f"SET session_replication_role = replica; INSERT {_INSERT_EVENT.format(-1, -1)}",
        "SET session_replication_role = replica; UPDATE event SET time = 0",
    ],
}


@pytest.mark.parametrize(
    ("store_kind", "statement"),
    [(kind, each) for kind in ("sqlite", "postgresql") for each in REFUSED["of both"] + REFUSED[kind]],
)
def test_the_database_itself_refuses_change(store: Store, log: EventLog, statement: str) -> None:
    log.append("a", [message("1")], command_id="c")
    with pytest.raises(Exception, match="append-only"):
        store.execute(statement)
    assert texts(list(log.read())) == ["1"]


_COPY = (
    "INSERT INTO event SELECT position + 1, stream, version + 1, {type}, time, correlation, cause, code, "
    "actor, {payload} FROM event"
)


def test_an_unknown_type_is_named_and_not_skipped(store: Store, log: EventLog) -> None:
    log.append("a", [message("1")])
    store.execute("INSERT INTO type VALUES(99, 'MeteorSeen')")
    store.execute(_COPY.format(type=99, payload=store.bytes_literal('{"type":"MeteorSeen"}')))
    reader = log.read()
    assert next(reader).position == 1
    with pytest.raises(UnknownEventType, match="MeteorSeen") as unknown:
        next(reader)
    assert (unknown.value.name, unknown.value.position) == ("MeteorSeen", 2)


@pytest.mark.parametrize(
    "payload", ['{"type":"MessagePosted"}', '{"type":"Messag', '{"type":"QueuePaused","reason":""}']
)
def test_a_damaged_event_is_located(store: Store, log: EventLog, payload: str) -> None:
    log.append("a", [message("1")])
    store.execute(_COPY.format(type="type", payload=store.bytes_literal(payload)))
    with pytest.raises(LogCorrupt) as damaged:
        list(log.read())
    assert damaged.value.position == 2
