"""`tomoe notifier`: tell people what happens, by Slack or whatever Apprise reaches."""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import closing
from pathlib import Path
from threading import Event as Signal

from cyclopts import App

from adapters.notifications.notifier import ACTOR, Notifier
from tomoe_es.errors import TomoeError
from tomoe_es.events.system import ProcessStarted, ProcessStopped
from tomoe_es.log import open_log
from tomoe_es.log.checkpoints import last_note
from tomoe_es.notification.evolution import PROCESS
from tui.data_folder import data_folder
from tui.night.channels import NobodyToTell, addresses
from tui.night.notifying import held_by_notifier
from tui.person import person
from tui.telling_errors import record, telling_errors

app = App(name="notifier", help="Tell people what happens, by Slack or whatever Apprise reaches.")


class NotDelivered(TomoeError):
    """A test notification did not arrive."""

    what_to_do = "read the channel's answer in the message; check the address and the network"


@app.default
def follow(*, notify: Path | None = None, data: Path | None = None) -> int:
    """Follow the log and tell people, until stopped with Ctrl-C or SIGTERM.

    `tomoe night` starts one itself when addresses are configured; where this one runs already, that of the
    night stands by. What could not be delivered stays in the log, and is delivered later.

    Parameters
    ----------
    notify
        File of mode 600 with one address a line: `slack URL` or `apprise URL`. Without it, or besides,
        $TOMOE_SLACK_WEBHOOK.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = data_folder(data)
    folder.require()
    channels = addresses(notify).channels()
    if not channels:
        raise NobodyToTell("nobody to tell: set TOMOE_SLACK_WEBHOOK, or name a file with --notify")
    stopped = Signal()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopped.set())
    with closing(open_log(folder.log_url)) as log, telling_errors(log, PROCESS), held_by_notifier(folder):
        record(log, ProcessStarted(process=PROCESS, pid=os.getpid(), host=socket.gethostname()), ACTOR)
        Notifier(log, channels, last_checkpoint=lambda: last_note(folder.log) or "").run(stopped)
        record(log, ProcessStopped(process=PROCESS, pid=os.getpid(), reason="it was asked to stop"), ACTOR)
    return 0


@app.command(name="test")
def send_test(*, notify: Path | None = None) -> int:
    """Send one test notification by every channel, at once and past the log.

    Exit code 1 when one did not arrive.

    Parameters
    ----------
    notify
        File of mode 600 with one address a line: `slack URL` or `apprise URL`. Without it, or besides,
        $TOMOE_SLACK_WEBHOOK.
    """
    channels = addresses(notify).channels()
    if not channels:
        raise NobodyToTell("nobody to tell: set TOMOE_SLACK_WEBHOOK, or name a file with --notify")
    failed = []
    for channel in channels:
        outcome = channel.send(f"Test notification of tomoe_es, sent by {person()}: nothing to do.", "notice")
        sys.stdout.write(f"{channel.name}: {'delivered' if outcome.delivered else outcome.message}\n")
        failed += [] if outcome.delivered else [channel.name]
    if failed:
        raise NotDelivered(f"not delivered by {', '.join(failed)}: check the address and the network")
    return 0
