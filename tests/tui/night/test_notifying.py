"""The notifier's process: a night starts and revives it, and it outlives a night that is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from adapters.sign_of_life import read_signs
from tests.adapters.notifications.webhook_server import SECRET, Webhook, a_webhook
from tests.projections.test_alarms import violated
from tests.tui.commands.test_queue import planned
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.system import ProcessStarted, ProcessStopped
from tomoe_es.log import open_log
from tomoe_es.log.checkpoints import last_note
from tomoe_es.log.signed_note import Checkpoint, note_in
from tui.commands.log_trust import verify
from tui.data_folder import DataFolder
from tui.night import notifying
from tui.night.channels import Addresses
from tui.night.notifying import NIGHT_ENDED, NightLine, NotifierProcess, NotifierRuns, held_by_notifier

from .conftest import SHORT_NIGHT, finish_night

PATIENCE_SECONDS = 60.0


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with a_webhook() as opened:
        yield opened


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A night that was planned, and in which a notifier was started."""
    folder = DataFolder(tmp_path)
    folder.make()
    append(folder, planned(), ProcessStarted(process="notifier", pid=1, host="kiso"))
    return folder


def append(folder: DataFolder, *events: Event) -> None:
    with closing(open_log(folder.log_url)) as log:
        for event in events:
            log.append(event.stream(), [Draft(event, planned().start_up_us)])


def types_in(folder: DataFolder) -> list[str]:
    with closing(open_log(folder.log_url)) as log:
        return [type(each.payload).__name__ for each in log.read()]


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, "what was waited for did not come"
        time.sleep(0.02)


@pytest.mark.slow
def test_a_night_tells_that_it_begins_what_goes_wrong_and_what_it_came_to(
    tmp_path: Path, webhook: Webhook
) -> None:
    options = msgspec.structs.replace(SHORT_NIGHT, chips=1, notify=Addresses(slack=(webhook.url,)))
    night = finish_night(tmp_path / "data", options)
    assert webhook.texts[0].startswith("The simulated night 2023-12-12 begins: 1 chip, ")
    [ended] = [text for text in webhook.texts if "has ended: " in text]
    message = tmp_path / "message.txt"
    message.write_text(ended)
    assert last_note(night.data.log) in ended
    assert verify(checkpoint=(message,), data=night.data.top) == 0
    assert Checkpoint.parse(note_in(ended)).size >= night.of_type("NightPhaseEntered")[-1].position
    archived = len(night.of_type("ProductArchived"))
    assert f"{archived} products archived" in ended
    violations = {each.payload.name for each in night.of_type("ViolationDetected")}
    assert violations
    assert all(any(name in text for text in webhook.texts) for name in violations)
    delivered, queued = night.of_type("NotificationDelivered"), night.of_type("NotificationQueued")
    assert len(delivered) == len(queued) == len(webhook.texts)
    assert [each.payload.process for each in night.of_type("ProcessStarted")].count("notifier") == 1
    assert night.of_type("ProcessStopped")[-1].payload.process == "notifier"
    assert not any(SECRET in str(each.payload) for each in night.events)
    assert SECRET not in (tmp_path / "data" / "output.txt").read_text()


def test_the_address_is_in_no_process_list(data: DataFolder, webhook: Webhook) -> None:
    process = NotifierProcess(data, Addresses(slack=(webhook.url,)))
    append(data, violated())
    wait_until(lambda: bool(webhook.texts))
    command = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    process.end()
    assert b"tui.night.notifying" in command
    assert SECRET.encode() not in command


def test_at_the_end_of_the_night_it_tells_what_is_left_and_ends(data: DataFolder, webhook: Webhook) -> None:
    append(data, violated(), violated())
    process = NotifierProcess(data, Addresses(slack=(webhook.url,)))
    process.end()
    assert [("more" in text) for text in webhook.texts[-2:]] == [False, True]
    assert types_in(data)[-1] == "ProcessStopped"


def test_killed_it_is_revived_and_goes_on(
    data: DataFolder, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifying, "REVIVE_AFTER_SECONDS", 0.0)
    process = NotifierProcess(data, Addresses(slack=(webhook.url,)))
    first = process.pid
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: process.revive() == "it died with exit code -9")
    assert process.pid != first
    append(data, violated())
    process.end()
    assert any("DeviceFault" in text for text in webhook.texts)


def test_one_that_hangs_is_noticed_by_its_silence_killed_and_revived(
    data: DataFolder, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = NotifierProcess(data, Addresses(slack=(webhook.url,)))
    first = process.pid
    wait_until(lambda: "notifier" in read_signs(data.run))
    assert process.revive() is None
    os.kill(first, signal.SIGSTOP)
    monkeypatch.setattr(notifying, "SILENT_SECONDS", 1.5)
    how: list[str] = []
    wait_until(lambda: bool(how.extend(filter(None, [process.revive()])) or how))
    assert how[0].startswith("it gave no sign of life for ")
    assert process.pid != first
    append(data, violated())
    monkeypatch.undo()
    process.end()
    assert any("DeviceFault" in text for text in webhook.texts)
    assert read_signs(data.run)["notifier"].ended, "it has ended in order"


def test_it_outlives_a_night_that_is_gone(data: DataFolder, webhook: Webhook) -> None:
    append(data, violated("DeviceFault"))
    process = NotifierProcess(data, Addresses(slack=(webhook.url,)))
    wait_until(lambda: bool(webhook.texts))
    process.leave()
    append(data, violated("SlitOpen"))
    wait_until(lambda: len(webhook.texts) == 2)
    assert "SlitOpen" in webhook.texts[1]
    os.kill(process.pid, signal.SIGKILL)
    assert process.revive() is None, "not before a while has passed"
    wait_until(lambda: process.gone)


@pytest.mark.parametrize("resumed", ["with a notifier", "without"])
def test_alone_it_ends_when_the_resumed_night_has_another_or_has_ended(
    data: DataFolder, webhook: Webhook, resumed: str
) -> None:
    append(data, violated("DeviceFault"))
    process = NotifierProcess(data, Addresses(slack=(webhook.url,)))
    wait_until(lambda: bool(webhook.texts))
    process.leave()
    append(data, ProcessStarted(process="night", pid=1, host="here"), violated("SlitOpen"))
    wait_until(lambda: len(webhook.texts) == 2)
    assert not process.gone
    if resumed == "without":
        append(data, ProcessStopped(process="night", pid=1, reason=NIGHT_ENDED))
    else:
        append(data, ProcessStarted(process="notifier", pid=os.getpid(), host="here"))
    wait_until(lambda: process.gone)


class QuietLog:
    """A log whose head is set by hand."""

    position = 0

    def head(self) -> int:
        return self.position

    def read(self, **_: object) -> list[Recorded]:
        return []


def test_alone_it_ends_when_nothing_happens_any_more() -> None:
    theirs, ours = os.pipe()
    log = QuietLog()
    with open(theirs, "rb", buffering=0) as line:  # noqa: PTH123  a pipe has no path
        night = NightLine(line, log, alone_seconds=0.0)  # type: ignore[arg-type]  it only asks for the head
        assert not night.wait(0.0)
        os.close(ours)
        assert not night.wait(0.0)
        log.position = 1
        assert not night.wait(0.0)
        assert night.wait(0.001)


def test_a_second_notifier_stands_by(data: DataFolder) -> None:
    with held_by_notifier(data):
        with pytest.raises(NotifierRuns, match=f"process {os.getpid()}"), held_by_notifier(data):
            pass
        process = NotifierProcess(data, Addresses(slack=("http://127.0.0.1:9/x",)))
        process.end()
    assert "NotificationQueued" not in types_in(data)


def test_what_ends_the_notifier_is_told_to_the_log(data: DataFolder) -> None:
    broken = subprocess.run(
        [sys.executable, "-m", "tui.night.notifying", str(data.top)],
        input=b'{"slack": ["http://127.0.0.1:9/x"], "apprise": ["nosuch://x"]}\n',
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert broken.returncode == 1
    with closing(open_log(data.log_url)) as log:
        [told] = [each.payload for each in log.read(types=("ErrorRaised",))]
    assert (told.process, told.condition, told.understood) == (  # type: ignore[attr-defined]
        "notifier",
        "AppriseAddressInvalid",
        True,
    )
