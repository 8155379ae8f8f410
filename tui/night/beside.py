"""The processes beside the night: the telescope's and the guardian's. They outlive a night that is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from adapters.sign_of_life import SignOfLife, read_signs
from adapters.telescope_line import messages
from adapters.telescope_line.line import NoTelescope, SocketLine
from tomoe_es.events import Event
from tomoe_es.events.system import ProcessStarted, ProcessStopped
from tomoe_es.safety.guardian import NAME as GUARDIAN
from tomoe_es.safety.silence import EXECUTOR, Sign
from tui.data_folder import DataFolder
from tui.night.notifying import NIGHT_ENDED

TELESCOPE = "telescope"
STARTS_WITHIN_SECONDS = 30.0
HANGS_AFTER_SECONDS = 10.0
REVIVE_AFTER_SECONDS = 5.0
"""A guardian that dies again and again does not take the machine with it."""


def start_beside(command: str, data: DataFolder) -> subprocess.Popen[bytes]:
    """Start `tomoe COMMAND` in a session of its own; what it has to say goes to run/COMMAND.out."""
    with (data.run / f"{command}.out").open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "tui.start", command, "--data", data.top],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


class TelescopeProcess:
    """The telescope's process: the one that a killed night has left, or a new one."""

    def __init__(self, data: DataFolder) -> None:
        self._data = data
        self._started: subprocess.Popen[bytes] | None = None
        self.line = self._found() or self._new()
        self.pid = self.line.pid

    def close(self) -> None:
        """Hang up. The process ends by itself when the night has told it to, or when it is safe."""
        self.line.close()
        if self._started is not None:
            self._started.returncode = self._started.poll() or 0  # it may outlive this process

    def join(self) -> None:
        """Wait for the end that it was told of."""
        if self._started is not None:
            self._started.wait(STARTS_WITHIN_SECONDS)

    def _found(self) -> SocketLine | None:
        try:
            return SocketLine(self._data.run, "night", driver=True, within_seconds=STARTS_WITHIN_SECONDS)
        except NoTelescope:
            return None

    def _new(self) -> SocketLine:
        self._started = start_beside("telescope", self._data)
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while True:
            time.sleep(0.02)
            line = self._found()
            if line is not None:
                return line
            if self._started.poll() is not None or time.monotonic() > deadline:
                output = self._data.run / "telescope.out"
                raise NoTelescope(f"the telescope's process does not start: {output} may say why")


class GuardianProcess:
    """The guardian. The night starts it again when it dies or hangs; one of a former night is replaced."""

    def __init__(self, data: DataFolder) -> None:
        self._data = data
        _end_former(data.run)
        self._sign: Sign | None = None
        self._process = self._start()

    @property
    def pid(self) -> int:
        """Process id of the guardian that runs, or ran last."""
        return self._process.pid

    def revive(self) -> str | None:
        """Start it again if it has died, or hangs; then says how it ended."""
        now = time.monotonic()
        sign = read_signs(self._data.run).get(GUARDIAN)
        if sign is not None and sign.pid == self.pid and sign != self._sign:
            self._sign, self._heard = sign, now
        if now - self._started < REVIVE_AFTER_SECONDS:
            return None
        code = self._process.poll()
        if code is not None:
            how = f"it died with exit code {code}"
        elif now - self._heard >= max(HANGS_AFTER_SECONDS, REVIVE_AFTER_SECONDS):
            self._process.kill()
            self._process.wait()
            how = "it gave no sign of life and was killed"
        else:
            return None
        self._process = self._start()
        return how

    def close(self) -> bool:
        """Let it end; tells whether it has: what it has begun it finishes, and ends by itself then."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STARTS_WITHIN_SECONDS)
            return True
        return False

    def leave(self) -> None:
        """Let it outlive this process."""
        self._process.returncode = self._process.poll() or 0

    def _start(self) -> subprocess.Popen[bytes]:
        self._started = self._heard = time.monotonic()
        return start_beside(GUARDIAN, self._data)


def _end_former(run: Path) -> None:
    """Ask a guardian of a former night to end: it finishes what it has begun."""
    sign = read_signs(run).get(GUARDIAN)
    if sign is None or sign.ended:
        return
    with suppress(FileNotFoundError, ProcessLookupError):
        if GUARDIAN.encode() in Path(f"/proc/{sign.pid}/cmdline").read_bytes():
            os.kill(sign.pid, signal.SIGTERM)


def started(process: str, pid: int) -> ProcessStarted:
    """The event of a process that runs."""
    return ProcessStarted(process=process, pid=pid, host=socket.gethostname())


class Beside:
    """Both processes as one night has them, and the night's own sign of life, by which they know it."""

    def __init__(self, data: DataFolder, stack: ExitStack) -> None:
        self._data, self._stack = data, stack
        self._sign = SignOfLife(data.run, EXECUTOR)
        self._telescope = TelescopeProcess(data)
        stack.callback(self._telescope.close)
        self.line = self._telescope.line
        self._guardian: GuardianProcess | None = None

    def time_at(self, night: str) -> int:
        """What time it is at a telescope that was left in this night; 0 when it was not."""
        greeting = self.line.greeting
        return greeting.now_us if greeting.night == night else 0

    def guard(self) -> list[Event]:
        """Start the guardian; the events that tell which processes run."""
        self._guardian = GuardianProcess(self._data)
        self._stack.callback(self._guardian.leave)
        self._guardian_pid = self._guardian.pid
        return [started(TELESCOPE, self._telescope.pid), started(GUARDIAN, self._guardian_pid)]

    def revive(self) -> list[Event]:
        """Start a guardian anew that has died or hangs; what there is to record of it."""
        how = self._guardian.revive() if self._guardian is not None else None
        if self._guardian is None or how is None:
            return []
        gone = ProcessStopped(process=GUARDIAN, pid=self._guardian_pid, reason=how)
        self._guardian_pid = self._guardian.pid
        return [gone, started(GUARDIAN, self._guardian_pid)]

    def alive(self, night_us: int, position: int) -> None:
        """The night lives."""
        self._sign.give(night_us, position)

    def end(self) -> list[Event]:
        """The night has ended in order; a guardian that still makes safe keeps its telescope."""
        assert self._guardian is not None, "the night was guarded"
        ended: list[tuple[str, int]] = []
        if self._guardian.close():
            self.line.ask(messages.End())
            self._telescope.join()
            ended = [(GUARDIAN, self._guardian_pid), (TELESCOPE, self._telescope.pid)]
        self._sign.close()
        return [ProcessStopped(process=name, pid=pid, reason=NIGHT_ENDED) for name, pid in ended]
