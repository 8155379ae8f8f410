"""The notifier over a true log and a webhook on this machine: nothing is lost, and nothing is sent twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.notifications.channel import DELIVERED, Outcome
from adapters.notifications.notifier import Notifier
from adapters.notifications.slack import SlackWebhook
from tests.adapters.notifications.webhook_server import (
    BROKEN,
    DROPPED,
    INVALID,
    SECRET,
    TAKEN_AND_DROPPED,
    Answer,
    Webhook,
)
from tests.projections.night_story import START
from tests.projections.test_alarms import cleared, violated
from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.errors import LogUnavailable
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.monitor import Severity
from tomoe_es.events.safety import MakingSafeBegun
from tomoe_es.events.system import MessagePosted, ProcessStarted
from tomoe_es.log.sqlite_log import SqliteLog

PATIENCE_SECONDS = 30.0
STARTED = ProcessStarted(process="notifier", pid=1, host="kiso")
EMERGENCY = MakingSafeBegun(by="guardian", who="guardian", reasons=["rain"], begun_us=START)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    """A log in which a notifier was started before."""
    with closing(SqliteLog(tmp_path / "log")) as opened:
        append(opened, STARTED)
        yield opened


def append(log: SqliteLog, *events: Event, after_seconds: float = 0.0) -> None:
    for event in events:
        log.append(event.stream(), [Draft(event, START + round(after_seconds * SECOND))])


def notifier(log: SqliteLog, webhook: Webhook) -> Notifier:
    return Notifier(log, [SlackWebhook(webhook.url)], first_pause_seconds=0.01)


def step_until(stepped: Notifier, condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, "what was waited for did not come"
        stepped.step()
        time.sleep(0.002)


def settle(stepped: Notifier) -> None:
    """Until nothing is on its way."""
    step_until(stepped, lambda: not stepped.step())


def outcomes(log: SqliteLog) -> list[str]:
    """What is in the log of notifications, in order."""
    names = ("Queued", "Attempted", "Delivered", "DeliveryFailed")
    types = {f"Notification{name}": name for name in names}
    return [types[type(each.payload).__name__] for each in log.read(types=types)]


def test_a_violation_is_queued_attempted_and_delivered_and_each_is_in_the_log(
    log: SqliteLog, webhook: Webhook
) -> None:
    append(log, violated(thing="mount"))
    settle(notifier(log, webhook))
    [text] = webhook.texts
    assert text.startswith("SERIOUS DeviceFault: mount fails. 16:40:00 JST (07:40:00 UTC). To do: look at")
    assert text.endswith("tomoe alarm show 2")
    assert outcomes(log) == ["Queued", "Attempted", "Delivered"]


def test_84_equal_violations_are_one_message_and_one_with_the_count(log: SqliteLog, webhook: Webhook) -> None:
    told = notifier(log, webhook)
    append(log, *(violated(thing=f"chip/{number}") for number in range(84)))
    settle(told)
    assert len(webhook.texts) == 1
    append(log, MessagePosted(recipe_id="", text="a minute later"), after_seconds=61)
    settle(told)
    [first, rest] = webhook.texts
    assert first.startswith("SERIOUS DeviceFault: chip/0 fails")
    assert rest.startswith("SERIOUS DeviceFault: 83 more, 84 in all since 16:40:00 JST (07:40:00 UTC); ")
    assert "the newest is chip/83" in rest


def test_at_the_end_nothing_waits_for_its_burst(log: SqliteLog, webhook: Webhook) -> None:
    told = notifier(log, webhook)
    append(log, *(violated(thing=f"chip/{number}") for number in range(84)))
    told.finish()
    assert [text.split(":")[1].split(",")[0] for text in webhook.texts] == [
        " chip/0 fails. 16",
        " 83 more",
    ]


def test_nothing_is_lost_in_an_outage_and_all_arrives_in_order(log: SqliteLog, webhook: Webhook) -> None:
    webhook.down()
    told = notifier(log, webhook)
    append(log, violated("A"), violated("B"), violated("C"))
    step_until(told, lambda: outcomes(log).count("DeliveryFailed") >= 3)
    assert webhook.texts == []
    webhook.up()
    settle(told)
    assert [text.split()[1] for text in webhook.texts] == ["A:", "B:", "C:"]
    assert not any("perhaps" in text for text in webhook.texts)


def test_an_emergency_overtakes_what_waits(log: SqliteLog, webhook: Webhook) -> None:
    release = threading.Event()
    webhook.answers.append(Answer(hold=release))
    told = notifier(log, webhook)
    append(log, violated("A"))
    step_until(told, lambda: webhook.requests == 1)
    append(log, violated("B"), EMERGENCY)
    told.step()
    release.set()
    settle(told)
    assert [text.split()[0] for text in webhook.texts] == ["SERIOUS", "<!channel>", "SERIOUS"]
    assert "*** EMERGENCY *** The guardian closes cover and dome" in webhook.texts[1]


def test_what_was_told_is_not_told_again_after_a_restart(log: SqliteLog, webhook: Webhook) -> None:
    append(log, violated("A"), violated("A"), cleared(2, "A"), EMERGENCY)
    notifier(log, webhook).finish()
    count = len(webhook.texts)
    assert count == 4
    for _ in range(3):
        notifier(log, webhook).finish()
    assert len(webhook.texts) == count


def test_what_happened_while_no_notifier_ran_is_told_by_the_next_one(
    log: SqliteLog, webhook: Webhook
) -> None:
    notifier(log, webhook).finish()
    append(log, violated("A"))
    notifier(log, webhook).finish()
    assert len(webhook.texts) == 1


def test_what_happened_before_the_first_notifier_is_not_told(tmp_path: Path, webhook: Webhook) -> None:
    with closing(SqliteLog(tmp_path / "new")) as log:
        append(log, violated("A"), STARTED, violated("B"))
        notifier(log, webhook).finish()
    assert [text.split()[1] for text in webhook.texts] == ["B:"]


@pytest.mark.parametrize(("answer", "arrived"), [(DROPPED, 1), (TAKEN_AND_DROPPED, 2)])
def test_what_may_have_arrived_is_sent_again_and_says_so(
    log: SqliteLog, webhook: Webhook, answer: Answer, arrived: int
) -> None:
    webhook.answers.append(answer)
    append(log, violated("A"))
    settle(notifier(log, webhook))
    assert len(webhook.texts) == arrived
    assert webhook.texts[-1].startswith("(perhaps sent before) SERIOUS A")
    assert outcomes(log) == ["Queued", "Attempted", "DeliveryFailed", "Attempted", "Delivered"]


def test_a_text_that_is_refused_is_given_up_and_holds_up_nothing(log: SqliteLog, webhook: Webhook) -> None:
    webhook.answers.append(INVALID)
    append(log, violated("A"), violated("B"))
    told = notifier(log, webhook)
    settle(told)
    assert [text.split()[1] for text in webhook.texts] == ["B:"]


def test_a_muted_name_is_not_told_and_neither_is_its_recovery(log: SqliteLog, webhook: Webhook) -> None:
    from tomoe_es.events.monitor import AlarmMuted

    append(log, AlarmMuted(name="A", until_us=START + MINUTE, who="M. Tanaka", why="known"))
    append(log, violated("A"), cleared(3, "A"), violated("B"))
    notifier(log, webhook).finish()
    assert [text.split()[1] for text in webhook.texts] == ["B:"]


def test_no_event_holds_the_address(log: SqliteLog, webhook: Webhook) -> None:
    webhook.answers.extend([BROKEN, BROKEN, BROKEN, DROPPED, Answer(403, webhook.url, taken=False)])
    append(log, violated("A"))
    settle(notifier(log, webhook))
    assert outcomes(log)[-1] == "DeliveryFailed"
    assert not any(SECRET in str(each.payload) for each in log.read())


class Remembering:
    """A channel that takes everything."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.texts: list[str] = []

    def send(self, text: str, severity: Severity) -> Outcome:
        self.texts.append(text)
        return DELIVERED


def test_each_channel_gets_everything_and_a_slow_one_holds_up_no_other(
    log: SqliteLog, webhook: Webhook
) -> None:
    release = threading.Event()
    webhook.answers.append(Answer(hold=release))
    other = Remembering("apprise 1")
    told = Notifier(log, [SlackWebhook(webhook.url), other])
    append(log, violated("A"), violated("B"))
    step_until(told, lambda: len(other.texts) == 2)
    release.set()
    settle(told)
    assert webhook.texts == other.texts


def test_a_channel_that_is_new_is_not_given_what_others_have_delivered(
    log: SqliteLog, webhook: Webhook
) -> None:
    append(log, violated("A"))
    notifier(log, webhook).finish()
    other = Remembering("apprise 1")
    told = Notifier(log, [SlackWebhook(webhook.url), other])
    append(log, violated("B"))
    settle(told)
    assert [text.split()[1] for text in other.texts] == ["B:"]


class LogThatFails:
    """A log that can't be appended to while `failing`."""

    def __init__(self, log: SqliteLog) -> None:
        self._log, self.failing = log, False

    def append(self, *arguments: object, **options: object) -> object:
        if self.failing:
            raise LogUnavailable("no space left on device")
        return self._log.append(*arguments, **options)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)


class Looks:
    """Stops the notifier after so many looks; calls something before some of them."""

    def __init__(self, calls: dict[int, Callable[[], object]], last: int) -> None:
        self._calls, self._last, self._look = calls, last, 0

    def wait(self, timeout: float | None = None) -> bool:
        self._look += 1
        self._calls.get(self._look, lambda: None)()
        return self._look > self._last


def test_a_log_that_cannot_be_written_is_told_once_and_the_rest_afterwards(log: SqliteLog) -> None:
    failing, channel = LogThatFails(log), Remembering("apprise 1")
    told = Notifier(failing, [channel])  # type: ignore[arg-type]  the fake passes on what it does not fail

    def fail() -> None:
        append(log, violated("A"))
        failing.failing = True

    told.run(Looks({2: fail, 8: lambda: setattr(failing, "failing", False)}, last=9))
    [first, second] = channel.texts
    assert first.startswith("*** CRITICAL *** The log can't be read or written")
    assert "no space left on device" in first
    assert second.startswith("SERIOUS A")


class Refusing(Remembering):
    """A channel that never takes what holds a word, and does not know that it never will."""

    def __init__(self, word: str) -> None:
        super().__init__("apprise 1")
        self._word = word

    def send(self, text: str, severity: Severity) -> Outcome:
        if self._word in text:
            return Outcome(delivered=False, message="try again")
        return super().send(text, severity)


def test_one_that_cannot_be_delivered_holds_up_no_other_and_is_given_up(log: SqliteLog) -> None:
    channel = Refusing("A: ")
    told = Notifier(log, [channel], first_pause_seconds=0.0)
    append(log, violated("A"), violated("B"), violated("C"))
    step_until(told, lambda: len(channel.texts) == 2)
    assert [text.split()[1] for text in channel.texts] == ["B:", "C:"]
    assert told.step(), "it is tried again"
    append(log, MessagePosted(recipe_id="", text="hours later"), after_seconds=7 * 3600)
    settle(told)
    failed = [each.payload for each in log.read(types=("NotificationDeliveryFailed",))]
    assert [each.retry for each in failed[-2:]] == [True, False]  # type: ignore[attr-defined]
