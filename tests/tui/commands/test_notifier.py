"""`tomoe notifier`: follows the log until it is stopped; `test` sends one."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.notifications.webhook_server import NO_SERVICE, SECRET, Webhook, a_webhook
from tests.projections.test_alarms import violated
from tests.tui.commands.test_queue import folder  # noqa: F401  a fixture
from tests.tui.night.test_notifying import append, types_in, wait_until
from tui.commands.notifier import NotDelivered, follow, send_test
from tui.data_folder import DataFolder
from tui.night.channels import ENVIRONMENT, NobodyToTell


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    with a_webhook() as opened:
        monkeypatch.setenv(ENVIRONMENT, opened.url)
        yield opened


def test_test_sends_one(webhook: Webhook, capsys: pytest.CaptureFixture[str]) -> None:
    assert send_test() == 0
    [text] = webhook.texts
    assert text.startswith("Test notification of tomoe_es, sent by ")
    assert capsys.readouterr().out == "slack: delivered\n"


def test_a_test_that_does_not_arrive_says_so(webhook: Webhook, capsys: pytest.CaptureFixture[str]) -> None:
    webhook.answers.append(NO_SERVICE)
    with pytest.raises(NotDelivered, match="slack"):
        send_test()
    out = capsys.readouterr().out
    assert out == "slack: Slack answered 404: no_service\n"
    assert SECRET not in out


def test_without_an_address_there_is_nobody_to_tell(
    folder: DataFolder,  # noqa: F811  the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    with pytest.raises(NobodyToTell):
        send_test()
    with pytest.raises(NobodyToTell):
        follow(data=folder.top)


def test_it_follows_the_log_until_it_is_stopped(folder: DataFolder, webhook: Webhook) -> None:  # noqa: F811
    tomoe = Path(sys.executable).with_name("tomoe")
    process = subprocess.Popen([tomoe, "notifier", "--data", folder.top])
    wait_until(lambda: "ProcessStarted" in types_in(folder))
    append(folder, violated("WhileItRuns"))
    wait_until(lambda: any("WhileItRuns" in text for text in webhook.texts))
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert types_in(folder)[-1] == "ProcessStopped"
