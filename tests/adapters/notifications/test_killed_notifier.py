"""A notifier that is killed between any two steps: the next loses nothing, and repeats nothing unmarked."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from adapters.notifications.notifier import Notifier
from adapters.notifications.slack import SlackWebhook
from tests.adapters.notifications.test_notifier import EMERGENCY, STARTED, append
from tests.adapters.notifications.webhook_server import Webhook
from tests.projections.test_alarms import violated
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.notification.wording import POSSIBLE_REPEAT

WORKER = Path(__file__).with_name("notifier_that_dies.py")
MESSAGES = 3
MOMENTS_OF_EACH = 8  # before and after: queued, attempted, sent, delivered


def run_until(folder: Path, webhook: Webhook, moment: int) -> int:
    """Run a notifier that dies at a moment; its exit code."""
    done = subprocess.run(
        [sys.executable, str(WORKER), str(folder), webhook.url, str(moment)],
        check=False,
        timeout=120,
        cwd=WORKER.parents[3],
        capture_output=True,
    )
    return done.returncode


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_lost_and_nothing_sent_twice_unmarked(
    tmp_path: Path, webhook: Webhook
) -> None:
    for moment in range(1, MESSAGES * MOMENTS_OF_EACH + 2):
        folder = tmp_path / str(moment)
        webhook.texts.clear()
        with closing(SqliteLog(folder)) as log:
            append(log, STARTED, violated("A"), violated("A"), EMERGENCY)
        code = run_until(folder, webhook, moment)
        with closing(SqliteLog(folder)) as log:
            Notifier(log, [SlackWebhook(webhook.url)]).finish()

        arrived = Counter(webhook.texts)
        plain = {text.replace(POSSIBLE_REPEAT, "") for text in arrived}
        assert len(plain) == MESSAGES, moment
        assert all(arrived[text] <= 1 for text in plain), moment
        assert len(webhook.texts) <= MESSAGES + 1, moment
        died = moment <= MESSAGES * MOMENTS_OF_EACH
        assert code == (-signal.SIGKILL if died else 0), moment
        if not died:
            assert not any(POSSIBLE_REPEAT in text for text in webhook.texts)
