"""Prints the time from a violation's append to the webhook's receipt: `python -m benchmarks.notifying [N]`.

N violations (100 when not said), each of a name of its own, are appended by this process, some time apart, to
a log in a temporary folder. The notifier is the process that a night starts; the webhook is on this machine.
Afterwards 84 equal ones are appended at once, and the messages they make are counted.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.events.system import ProcessStarted
from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog
from tui.data_folder import DataFolder
from tui.night.channels import Addresses
from tui.night.notifying import NotifierProcess

APART_SECONDS = 0.1
"""Not a multiple of the time between two of the notifier's looks: see `jitter` below."""
PATIENCE_SECONDS = 60.0
BURST = 84
TARGET_SECONDS = 1.0


class Received:
    """When each text came."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        received = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                received.at.setdefault(body["text"], time.monotonic())
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, name: str) -> list[float]:
        """When texts about a name came."""
        return [at for text, at in list(self.at.items()) if f" {name}: " in text]

    def wait_for(self, name: str, count: int = 1) -> None:
        """Until so many about a name have come."""
        until = time.monotonic() + PATIENCE_SECONDS
        while len(self.of(name)) < count:
            if time.monotonic() > until:
                sys.exit(f"the notification of {name} did not come within {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.005)


def violation(name: str, thing: str = "mount") -> ViolationDetected:
    return ViolationDetected(
        name=name,
        thing=thing,
        severity="serious",
        message=f"{thing} departs from normal",
        evidence=[],
        chain=[],
        needs_acknowledgement=False,
    )


def append(log: EventLog, event: Event) -> None:
    log.append(event.stream(), [Draft(event, time.time_ns() // 1000)])


def main(count: int) -> None:
    """Measure and print."""
    received = Received()
    url = f"http://127.0.0.1:{received.server.server_port}/services/x"
    with tempfile.TemporaryDirectory() as folder:
        data = DataFolder(Path(folder))
        data.make()
        with closing(open_log(data.log_url)) as log:
            append(log, ProcessStarted(process="notifier", pid=0, host=""))
            process = NotifierProcess(data, Addresses(slack=(url,)))
            append(log, violation("First"))
            received.wait_for("First")  # it has started
            appended: dict[str, float] = {}
            for number in range(count):
                jitter = APART_SECONDS * (1 + number * 0.618 % 1)
                time.sleep(jitter)
                name = f"Number{number}"
                append(log, violation(name))
                appended[name] = time.monotonic()
            for name in appended:
                received.wait_for(name)
            for number in range(BURST):
                append(log, violation("Burst", f"chip/{number}"))
            process.end()
    times = sorted(received.of(name)[0] - at for name, at in appended.items())
    report(times, len(received.of("Burst")))


def report(times: list[float], burst_messages: int) -> None:
    """Print p50, p99 and the longest; exit code 1 when the target is missed."""
    p50, p99 = times[len(times) // 2], times[min(len(times) * 99 // 100, len(times) - 1)]
    sys.stdout.write(
        f"{len(times)} violations, from append to webhook: p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, "
        f"longest {times[-1] * 1000:.0f} ms; target {TARGET_SECONDS * 1000:.0f} ms\n"
        f"{BURST} equal violations at once: {burst_messages} messages\n"
    )
    sys.exit(0 if p99 <= TARGET_SECONDS and burst_messages == 2 else 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
