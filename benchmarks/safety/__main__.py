"""How soon an emergency's first command reaches the telescope: `python -m benchmarks.safety`.

From the start of the command's process to the moment at which the telescope has it, on a telescope process of
its own; the best and the worst of twenty.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from adapters.telescope_line import messages
from adapters.telescope_line.line import NoTelescope, SocketLine
from tomoe_es.clock import SECOND
from tomoe_es.control.hardware import Hardware
from tomoe_es.events.telescope import DomeSlitCommanded

START_US = 1_702_378_800 * SECOND
RUNS = 20
ALLOWED_SECONDS = 2.0


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        host = subprocess.Popen([sys.executable, "-m", "tui.start", "telescope", "--data", data])
        try:
            line = _connected(data / "run")
            line.ask(messages.Begin("2023-12-12", 1, "clear", 1000.0, START_US, Hardware(locked=False)))
            seconds = [_first_command(line, data) for _ in range(RUNS)]
            line.ask(messages.End())
            line.close()
        finally:
            host.terminate()
            host.wait()
    told = f"median {statistics.median(seconds):.2f}, worst {max(seconds):.2f} of {RUNS}"
    sys.stdout.write(f"seconds to an emergency's first command: {told}; allowed {ALLOWED_SECONDS:g}\n")


def _connected(run: Path) -> SocketLine:
    while True:
        try:
            return SocketLine(run, "night", driver=True)
        except NoTelescope:
            time.sleep(0.02)


def _first_command(line: SocketLine, data: Path) -> float:
    """Start an emergency and watch the telescope until its first command is there, then let it end."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.start", "emergency", "--data", data], stdout=subprocess.DEVNULL
    )
    while not any(isinstance(each.event, DomeSlitCommanded) for each in line.ask(messages.Poll()).happened):
        time.sleep(0.002)
    seconds = time.monotonic() - began
    while process.poll() is None:  # time passes for it, as a night lets it
        reply = line.ask(messages.Poll())
        line.ask(messages.Advance(reply.now_us + SECOND))
        time.sleep(0.002)
    return seconds


if __name__ == "__main__":
    main()
