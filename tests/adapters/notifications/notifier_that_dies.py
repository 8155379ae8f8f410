"""A notifier that kills itself at a moment: `LOG WEBHOOK MOMENT`.

Moments are before and after each append and each send, in order; a moment that never comes lets it finish.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from adapters.notifications.channel import Outcome
from adapters.notifications.notifier import Notifier
from adapters.notifications.slack import SlackWebhook
from tomoe_es.events.monitor import Severity
from tomoe_es.log.sqlite_log import SqliteLog


class Moments:
    """Counts, and dies at the last one."""

    def __init__(self, last: int) -> None:
        self._left = last

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingLog:
    """The log, with a moment before and after each append."""

    def __init__(self, log: SqliteLog, moment: Moments) -> None:
        self._log, self._moment = log, moment

    def append(self, *arguments: Any, **options: Any) -> Any:
        self._moment()
        answer = self._log.append(*arguments, **options)
        self._moment()
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


class DyingChannel:
    """The webhook, with a moment before and after each send."""

    name = "slack"

    def __init__(self, url: str, moment: Moments) -> None:
        self._channel, self._moment = SlackWebhook(url), moment

    def send(self, text: str, severity: Severity) -> Outcome:
        self._moment()
        outcome = self._channel.send(text, severity)
        self._moment()
        return outcome


if __name__ == "__main__":
    moments = Moments(int(sys.argv[3]))
    with closing(SqliteLog(Path(sys.argv[1]))) as opened:
        Notifier(DyingLog(opened, moments), [DyingChannel(sys.argv[2], moments)]).finish()  # type: ignore[arg-type]
