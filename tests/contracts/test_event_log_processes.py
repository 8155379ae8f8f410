"""What every event log must do when several processes write, and when one of them is killed."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable

from tomoe_es.events.envelope import Recorded
from tomoe_es.log import EventLog, open_log

from .conftest import Store

StartWorker = Callable[..., subprocess.Popen[str]]


def go(worker: subprocess.Popen[str]) -> None:
    assert worker.stdin is not None
    worker.stdin.write("\n")
    worker.stdin.flush()


def wait_until_ready(worker: subprocess.Popen[str]) -> None:
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"


def test_with_8_writers_a_follower_skips_no_position(log: EventLog, start_worker: StartWorker) -> None:
    workers = [start_worker(f"w{number}", "40", "2") for number in range(8)]
    for worker in workers:
        wait_until_ready(worker)
    for worker in workers:
        go(worker)
    followed: list[Recorded] = []
    subscription = log.subscribe(0)
    while len(followed) < 8 * 40 * 2:
        assert subscription.wait(60.0), "the writers stopped early"
        followed += subscription.poll()
    assert [worker.wait() for worker in workers] == [0] * 8
    assert [event.position for event in followed] == list(range(1, 641))
    assert followed == list(log.read())
    for number in range(8):
        versions = [event.version for event in followed if event.stream == f"w{number}"]
        assert versions == list(range(1, 81))


def test_writers_that_go_on_to_the_next_night_together_lose_nothing(
    log: EventLog, start_worker: StartWorker
) -> None:
    workers = [start_worker("shared", "12", "1", "8") for _ in range(4)]
    for worker in workers:
        wait_until_ready(worker)
    for worker in workers:
        go(worker)
    assert [worker.wait() for worker in workers] == [0] * 4
    recorded = list(log.read())
    assert [event.position for event in recorded] == list(range(1, 49))
    assert [event.version for event in recorded] == list(range(1, 49))
    assert list(log.read_stream("shared")) == recorded


def test_what_was_acknowledged_before_a_kill_is_there(store: Store, start_worker: StartWorker) -> None:
    worker = start_worker("w", "1000000", "3")
    wait_until_ready(worker)
    go(worker)
    assert worker.stdout is not None
    acknowledged = [int(worker.stdout.readline()) for _ in range(50)]
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    log = open_log(store.url)
    recorded = list(log.read())
    log.close()
    assert [event.position for event in recorded] == list(range(1, len(recorded) + 1))
    assert len(recorded) >= acknowledged[-1] == 150
    assert len(recorded) % 3 == 0, "an append was torn"
