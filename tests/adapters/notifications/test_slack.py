"""The Slack webhook, against a server that fails, delays, limits, drops and is down."""

from __future__ import annotations

import logging
import threading

import pytest

from adapters.notifications.slack import SlackWebhook, WebhookInvalid
from tests.adapters.notifications.webhook_server import (
    BROKEN,
    DROPPED,
    INVALID,
    LIMITED,
    NO_SERVICE,
    SECRET,
    TAKEN_AND_DROPPED,
    Answer,
    Webhook,
)

FORBIDDEN = Answer(403, "invalid_token", taken=False)
LOST = Answer(502, "bad gateway", taken=False)


def test_a_text_arrives(webhook: Webhook) -> None:
    assert SlackWebhook(webhook.url).send("dome closed", "warning").delivered
    assert webhook.texts == ["dome closed"]


def test_a_critical_one_calls_the_channel_and_no_text_can_do_that_itself(webhook: Webhook) -> None:
    SlackWebhook(webhook.url).send("<!channel> a & b", "critical")
    assert webhook.texts == ["<!channel> &lt;!channel&gt; a &amp; b"]


@pytest.mark.parametrize("answers", [[LIMITED], [BROKEN], [LIMITED, BROKEN]])
def test_limits_and_errors_of_the_server_are_retried_at_once(webhook: Webhook, answers: list[Answer]) -> None:
    webhook.answers.extend(answers)
    assert SlackWebhook(webhook.url).send("dome closed", "warning").delivered
    assert webhook.texts == ["dome closed"]
    assert webhook.requests == 1 + len(answers)


def test_a_server_that_stays_broken_is_told_and_tried_again_later(webhook: Webhook) -> None:
    webhook.answers.extend([BROKEN] * 3)
    outcome = SlackWebhook(webhook.url).send("dome closed", "warning")
    assert (outcome.delivered, outcome.retry, outcome.perhaps_delivered) == (False, True, False)
    assert outcome.message == "Slack answered 500: server_error"


@pytest.mark.parametrize(
    ("answer", "retry"), [(INVALID, False), (NO_SERVICE, False), (FORBIDDEN, False), (LOST, True)]
)
def test_only_a_text_or_an_address_that_is_refused_is_given_up(
    webhook: Webhook, answer: Answer, retry: bool
) -> None:
    webhook.answers.append(answer)
    outcome = SlackWebhook(webhook.url).send("dome closed", "warning")
    assert (outcome.delivered, outcome.retry) == (False, retry)


def test_an_answer_that_is_not_slacks_is_no_delivery(webhook: Webhook) -> None:
    webhook.answers.append(Answer(200, "<html>please log in</html>", taken=False))
    outcome = SlackWebhook(webhook.url).send("dome closed", "warning")
    assert (outcome.delivered, outcome.retry) == (False, True)


@pytest.mark.parametrize("answer", [DROPPED, TAKEN_AND_DROPPED])
def test_a_dropped_connection_may_have_delivered_it_and_is_not_repeated_by_itself(
    webhook: Webhook, answer: Answer
) -> None:
    webhook.answers.append(answer)
    outcome = SlackWebhook(webhook.url).send("dome closed", "warning")
    assert (outcome.delivered, outcome.perhaps_delivered) == (False, True)
    assert webhook.requests == 1


def test_an_answer_that_does_not_come_in_time_may_have_been_a_delivery(webhook: Webhook) -> None:
    release = threading.Event()
    webhook.answers.append(Answer(hold=release))
    outcome = SlackWebhook(webhook.url, timeout_seconds=1).send("dome closed", "warning")
    release.set()
    assert (outcome.delivered, outcome.perhaps_delivered) == (False, True)


def test_when_nobody_listens_it_was_not_delivered(webhook: Webhook) -> None:
    webhook.down()
    outcome = SlackWebhook(webhook.url).send("dome closed", "warning")
    assert (outcome.delivered, outcome.retry, outcome.perhaps_delivered) == (False, True, False)
    assert outcome.message.startswith("Slack was not reached: URLError")


def test_the_address_is_never_told(webhook: Webhook, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    webhook.answers.extend([Answer(403, f"bad {webhook.url}", taken=False), DROPPED])
    channel = SlackWebhook(webhook.url)
    told = [channel.send("a", "notice").message, channel.send("b", "notice").message]
    webhook.down()
    told.append(channel.send("c", "notice").message)
    assert SECRET not in " ".join([*told, caplog.text, repr(channel)])


@pytest.mark.parametrize("url", ["", "hooks.slack.com/services/x", "http://hooks.slack.com/x", "file:///x"])
def test_what_can_be_no_webhook_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(WebhookInvalid) as told:
        SlackWebhook(url)
    assert not url or url not in str(told.value)
