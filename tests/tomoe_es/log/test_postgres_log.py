"""What the PostgreSQL store promises besides the contract of every log."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from tests.contracts.postgres_server import PostgresServer
from tomoe_es.errors import VersionConflict
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log import Batch, EventLog, open_log
from tomoe_es.log.postgres_wake_up import NotifiedWakeUp
from tomoe_es.log.postgres_writer import COPY_FROM


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    running = PostgresServer()
    yield running
    running.remove()


@pytest.fixture
def schema(server: PostgresServer) -> str:
    return server.new_schema()


@pytest.fixture
def log(server: PostgresServer, schema: str) -> Iterator[EventLog]:
    opened = open_log(server.address(schema))
    yield opened
    opened.close()


def messages(count: int, name: str = "m") -> list[Draft]:
    return [Draft(MessagePosted(recipe_id=name, text=f"{name}{number}"), number) for number in range(count)]


def test_a_large_append_is_like_a_small_one(log: EventLog) -> None:
    large = COPY_FROM + 1
    log.append("a", messages(2))
    answers = log.append_many(
        [
            Batch("a", messages(large), 2, "c1"),
            Batch("b", messages(3), 0),
            Batch("a", messages(1), large + 2),
            Batch("a", messages(large), None, "c1"),
        ]
    )
    assert [answer.first_position for answer in answers] == [3, large + 3, large + 6, 3]
    assert [answer.first_version for answer in answers] == [3, 1, large + 3, 3]
    assert [event.position for event in log.read()] == list(range(1, large + 7))
    assert [event.version for event in log.read_stream("a")] == list(range(1, large + 4))
    assert [event.time for event in log.read_stream("a", after=2)] == [*range(large), 0]
    assert log.append("a", messages(large), command_id="c1") == answers[0]
    with pytest.raises(VersionConflict):
        log.append_many([Batch("new", messages(large)), Batch("b", messages(1), 0)])
    assert log.head() == large + 6


def test_an_append_to_a_long_log_reads_no_more_of_it(server: PostgresServer, schema: str) -> None:
    """The plans that the server keeps were made while the log was empty."""
    log = open_log(server.address(schema))
    for number in range(10):
        log.append("a", messages(1), command_id=f"first{number}")
    log.append_many([Batch(f"s{number}", messages(20), None, f"many{number}") for number in range(500)])
    for number in range(50):
        log.append("a", messages(2), command_id=f"last{number}")
    log.close()
    assert index_entries_read(server, schema) < 60 * 40 + 500 * 40


def index_entries_read(server: PostgresServer, schema: str) -> int:
    """Entries of the log's indexes that were read by connections that have ended."""
    running = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tomoe_es'"
    while server.execute(running) != [(0,)]:
        pass
    ((read,),) = server.execute(
        f"SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = '{schema}'"
    )
    return int(str(read))


def test_a_writer_needs_no_more_than_to_read_and_to_insert(
    server: PostgresServer, schema: str, log: EventLog
) -> None:
    server.execute(
        "CREATE ROLE writer LOGIN; "
        f"GRANT USAGE ON SCHEMA {schema} TO writer; "
        f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {schema} TO writer; "
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO writer"
    )
    writer = open_log(server.address(schema).replace("postgres@", "writer@"))
    writer.append("a", messages(1), command_id="c")
    writer.append("b", messages(COPY_FROM))
    writer.close()
    assert len(list(log.read())) == 1 + COPY_FROM
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        server.execute("SET ROLE writer; ALTER TABLE event DISABLE TRIGGER ALL", schema)


def test_a_coroutine_may_use_the_log(log: EventLog) -> None:
    async def append_and_read() -> list[int]:
        log.append("a", messages(3))
        return [event.position for event in log.read()]

    assert asyncio.run(append_and_read()) == [1, 2, 3]


def test_a_follower_is_woken_by_the_notification(
    server: PostgresServer, schema: str, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifiedWakeUp, "LOOK_SECONDS", 60.0)
    subscription = log.subscribe(0)
    assert subscription.wait(0.2) is False  # it listens from now on
    other = open_log(server.address(schema))
    appender = threading.Timer(0.1, other.append, ("a", messages(1)))
    begun = time.monotonic()
    appender.start()
    assert subscription.wait(60.0) is True
    assert time.monotonic() - begun < 30.0
    appender.join()
    subscription.close()
    other.close()
