"""The PostgreSQL store when its server is killed, restarted, out of room or read-only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Thread

import pytest

from tests.contracts.postgres_server import PostgresServer
from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log import Appended, EventLog, open_log, postgres_connection
from tomoe_es.log.postgres_writer import COPY_FROM

KILLS = 4
APPENDS_BETWEEN = 25


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    running = PostgresServer()
    yield running
    running.remove()


@pytest.fixture
def log(server: PostgresServer) -> Iterator[EventLog]:
    opened = open_log(server.address(server.new_schema()))
    yield opened
    opened.close()


def messages(count: int, name: str) -> list[Draft]:
    return [Draft(MessagePosted(recipe_id="r", text=f"{name}.{number}"), 0) for number in range(count)]


def until_acknowledged(append: Callable[[], Appended]) -> Appended:
    """The answer to an append, tried until there is one."""
    while True:
        try:
            return append()
        except LogUnavailable:
            os.sched_yield()


def test_kills_in_the_middle_of_appends_lose_nothing_and_repeat_nothing(
    server: PostgresServer, log: EventLog
) -> None:
    acknowledged: SimpleQueue[tuple[int, int, Appended]] = SimpleQueue()

    def write() -> None:
        for number in range(KILLS * APPENDS_BETWEEN + APPENDS_BETWEEN):
            count = COPY_FROM if number % 8 == 7 else 3
            events = messages(count, str(number))
            answer = until_acknowledged(lambda: log.append("a", events, command_id=f"c{number}"))  # noqa: B023
            acknowledged.put((number, count, answer))

    writer = Thread(target=write)
    writer.start()
    answers = []
    for _ in range(KILLS):
        answers += [acknowledged.get(timeout=15.0) for _ in range(APPENDS_BETWEEN)]
        server.kill()
        server.start()
    writer.join()
    while not acknowledged.empty():
        answers.append(acknowledged.get())

    recorded = [event.payload for event in log.read()]
    assert recorded == [
        draft.payload for number, count, _ in answers for draft in messages(count, str(number))
    ]
    after = 0
    for _, count, answer in answers:
        assert (answer.first_position, answer.last_position) == (after + 1, after + count)
        after = answer.last_position


def test_a_restart_between_two_calls_is_not_noticed(server: PostgresServer, log: EventLog) -> None:
    log.append("a", messages(1, "1"))
    subscription = log.subscribe(1)
    assert subscription.wait(0.1) is False
    server.stop()
    server.start()
    assert log.append("a", messages(1, "2")).first_position == 2
    assert subscription.wait(10.0) is True
    assert [event.position for event in subscription.poll()] == [2]
    assert subscription.wait(0.1) is False
    subscription.close()


def test_while_the_server_is_down_the_log_says_so(server: PostgresServer, log: EventLog) -> None:
    log.append("a", messages(1, "1"))
    server.stop()
    with pytest.raises(LogUnavailable, match="reading the log"):
        log.head()
    with pytest.raises(LogUnavailable, match="writing to the log"):
        log.append("a", messages(1, "2"))
    with pytest.raises(LogUnavailable, match="opening the log"):
        open_log(server.address())
    server.start()
    assert log.head() == 1


def test_a_server_that_does_not_answer_is_not_waited_for_without_end(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connection, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(postgres_connection, "CONNECT_SECONDS", 0.5)
    log = open_log(server.address(server.new_schema()))
    log.append("a", messages(1, "1"))
    server.freeze(True)
    with pytest.raises(LogUnavailable, match="try again with the same command id"):
        log.append("a", messages(1, "2"), command_id="c")
    with pytest.raises(LogUnavailable):
        log.head()
    server.freeze(False)
    assert until_acknowledged(lambda: log.append("a", messages(1, "2"), command_id="c")).first_position == 2
    assert len(list(log.read())) == 2
    log.close()


def test_a_full_disk_refuses_the_append_and_the_log_goes_on_when_there_is_room(
    server: PostgresServer, log: EventLog
) -> None:
    log.append("a", messages(10, "before"), command_id="c0")
    server.limit_file_size("2000000")
    with pytest.raises(LogUnavailable, match="extend"):
        log.append("a", messages(20_000, "large"), command_id="c1")
    small = messages(200, "small")
    with pytest.raises(LogUnavailable, match="extend"):
        list(map(lambda _: log.append("b", small), range(1_000)))  # noqa: C417  until the last free page
    full = log.head()
    assert len(list(log.read())) == full
    server.limit_file_size("unlimited")
    assert log.append("a", messages(20_000, "large"), command_id="c1").first_position == full + 1
    assert len(list(log.read())) == full + 20_000


def test_a_read_only_server_is_read_and_refuses_appends(server: PostgresServer) -> None:
    schema = server.new_schema()
    primary = open_log(server.address(schema))
    primary.append("a", messages(1, "1"))
    primary.close()
    standby = open_log(server.address(schema) + "&default_transaction_read_only=on")
    assert standby.head() == 1
    with pytest.raises(LogUnavailable, match="read-only"):
        standby.append("a", messages(1, "2"))
    with pytest.raises(LogUnavailable, match="read-only"):
        standby.append("a", messages(COPY_FROM, "2"))
    assert len(list(standby.read())) == 1
    standby.close()


def test_a_server_that_would_lose_what_it_acknowledged_is_refused(server: PostgresServer) -> None:
    server.stop()
    server.start("fsync=off")
    with pytest.raises(LogUnavailable, match="fsync=on"):
        open_log(server.address())
    server.stop()
    server.start("synchronous_commit=off")
    log = open_log(server.address(server.new_schema()))
    log.append("a", messages(1, "1"))
    log.close()
    server.stop()
    server.start()


def test_what_is_said_of_an_address_holds_no_password(server: PostgresServer) -> None:
    address = server.address().replace("postgres@", "postgres:secret@", 1).replace("/postgres?", "/missing?")
    with pytest.raises(LogUnavailable, match="missing") as refused:
        open_log(address)
    assert "secret" not in str(refused.value)
