"""Slack, through an incoming webhook. Its URL is a secret: whoever has it can post."""

from __future__ import annotations

import logging
import socket
from urllib.error import URLError
from urllib.parse import urlsplit

from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler, ServerErrorRetryHandler
from slack_sdk.webhook import WebhookClient

from adapters.notifications.channel import DELIVERED, Outcome
from tomoe_es.errors import UsageError
from tomoe_es.events.monitor import Severity

TIMEOUT_SECONDS = 10
RETRIES = 2
"""Of one attempt, by slack_sdk's own handlers: after 429 as `Retry-After` says, after 500 and 503 soon."""
_REFUSED = (400, 403, 404, 410, 413)
"""The text itself is at fault, or the address: it was revoked, or never was one. It is not sent again."""
_PERHAPS_TAKEN = (502, 504)
"""A gateway had no answer from Slack."""
_NOT_REACHED = (ConnectionRefusedError, socket.gaierror)
_LOUD = "<!channel> "

_SILENT = logging.Logger("slack webhook", logging.CRITICAL)
"""slack_sdk logs the whole URL at level DEBUG, which for it includes a logger without a level."""


class WebhookInvalid(UsageError):
    """What is given as the webhook of Slack can't be one."""

    what_to_do = (
        "copy the URL of the incoming webhook again from Slack's settings: https://hooks.slack.com/..."
    )


class SlackWebhook:
    """One incoming webhook (`adapters.notifications.channel.Channel`)."""

    name = "slack"

    def __init__(self, url: str, timeout_seconds: int = TIMEOUT_SECONDS) -> None:
        parts = urlsplit(url)
        here = parts.hostname in ("127.0.0.1", "localhost")
        if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
            raise WebhookInvalid(
                "the Slack webhook is no https:// address: copy it again from Slack's settings"
            )
        self._secrets = (url, parts.path)
        self._client = WebhookClient(
            url,
            timeout=timeout_seconds,
            logger=_SILENT,
            retry_handlers=[
                # None for lost connections: such an attempt may have been taken, which the next one says.
                RateLimitErrorRetryHandler(max_retry_count=RETRIES),
                ServerErrorRetryHandler(max_retry_count=RETRIES),
            ],
        )

    def send(self, text: str, severity: Severity) -> Outcome:
        """Post one text; a critical one calls everybody in the channel."""
        loud = _LOUD if severity == "critical" else ""
        try:
            response = self._client.send(text=loud + _escaped(text))
        except Exception as error:  # noqa: BLE001 - urllib raises many kinds; each is an attempt that failed
            return Outcome(delivered=False, message=self._told(error), perhaps_delivered=_was_sent(error))
        if response.status_code == 200 and response.body.strip() == "ok":
            return DELIVERED
        return Outcome(
            delivered=False,
            message=self._without_secrets(f"Slack answered {response.status_code}: {response.body[:100]}"),
            retry=response.status_code not in _REFUSED,
            perhaps_delivered=response.status_code in _PERHAPS_TAKEN,
        )

    def _told(self, error: Exception) -> str:
        return self._without_secrets(f"Slack was not reached: {type(error).__name__}: {error}")

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            if len(secret) > 1:
                text = text.replace(secret, "...")
        return text


def _was_sent(error: Exception) -> bool:
    """Whether the request may have left: not when nobody was there to take it."""
    reason = error.reason if isinstance(error, URLError) else error
    return not isinstance(reason, _NOT_REACHED)


def _escaped(text: str) -> str:
    """As Slack's formatting wants it; so no text of the log can call a channel or make a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
