"""The notifier as a process of its own, which the night starts and revives.

It must outlive a night's process that dies: then the guardian acts, and people have to be told. So it follows
its own line, standard input: "end" after a night that has ended; a line that breaks off means that the night
is gone, and the notifier goes on until the night was resumed and has another notifier, or has ended, or
nothing has happened for a while. The secret addresses come over the same line, where no process list shows
them.
"""

from __future__ import annotations

import fcntl
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import IO

import msgspec

from adapters.notifications.notifier import ACTOR, CLOSE_SECONDS, Notifier
from adapters.sign_of_life import EVERY_SECONDS, SignOfLife, read_signs
from tomoe_es.errors import TomoeError
from tomoe_es.events import Event
from tomoe_es.events.system import ProcessStarted, ProcessStopped
from tomoe_es.log import open_log
from tomoe_es.log.checkpoints import last_note
from tomoe_es.log.port import EventLog
from tomoe_es.notification.evolution import PROCESS
from tomoe_es.safety.silence import EXECUTOR, SILENT_AFTER_SECONDS, Sign
from tui.data_folder import DataFolder
from tui.night.channels import Addresses
from tui.telling_errors import record, telling_errors

END = b"end\n"
NIGHT_ENDED = "the night has ended"
"""Why a process of the night stops in order, in the log."""
REVIVE_AFTER_SECONDS = 5.0
ALONE_SECONDS = 600.0
"""A notifier whose night is gone ends when nothing has happened for so long."""
STANDBY_SECONDS = 0.5
SILENT_SECONDS = SILENT_AFTER_SECONDS
"""A notifier that has given no sign of life for so long hangs: it is killed, and another one is started."""


class NotifierRuns(TomoeError):
    """Another notifier tells people about this data folder."""

    what_to_do = "none: one is enough; stop the other one first if it has the wrong addresses"


class NotifierProcess:
    """The process, seen from the night. The night goes on without it, and starts it again."""

    def __init__(self, data: DataFolder, addresses: Addresses) -> None:
        self._data, self._addresses = data, addresses
        self._sign: Sign | None = None
        self._looked = self._changed = 0.0
        self._process = self._start()

    @property
    def pid(self) -> int:
        """Process id of the notifier that runs, or ran last."""
        return self._process.pid

    @property
    def gone(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def revive(self) -> str | None:
        """Start the notifier again if it has died, or hangs; then says which."""
        code = self._process.poll()
        if code is None:
            silent = self._silent_seconds()
            if silent < SILENT_SECONDS:
                return None
            self._process.kill()  # before another one can hold the folder
            self._process.wait()
            how = f"it gave no sign of life for {silent:.0f} s, and was killed"
        elif time.monotonic() - self._started < REVIVE_AFTER_SECONDS:
            return None
        else:
            how = f"it died with exit code {code}"
        self.leave()
        self._process = self._start()
        return how

    def _silent_seconds(self) -> float:
        """Since its sign changed, by this process's own clock; looked at only now and then.

        Before its first sign it may be standing by, for as long as another one tells people.
        """
        now = time.monotonic()
        if now - self._looked >= EVERY_SECONDS:
            if now - self._looked > 2 * SILENT_SECONDS:
                self._changed = now  # this process itself stood still meanwhile, and has heard nothing
            self._looked = now
            sign = read_signs(self._data.run).get(PROCESS)
            if sign is None or sign.pid != self._process.pid or sign != self._sign:
                self._sign, self._changed = sign, now
        return now - self._changed

    def end(self) -> None:
        """The night has ended: let it tell what is left, and end."""
        with suppress(OSError, subprocess.TimeoutExpired):  # what is left is told by the next one
            assert self._process.stdin is not None
            self._process.stdin.write(END)
            self._process.stdin.close()
            self._process.wait(2 * CLOSE_SECONDS)

    def leave(self) -> None:
        """The night breaks off: the notifier goes on alone."""
        with suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()

    def _start(self) -> subprocess.Popen[bytes]:
        self._started = self._looked = self._changed = time.monotonic()
        self._sign = None
        process = subprocess.Popen(
            [sys.executable, "-m", "tui.night.notifying", str(self._data.top)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is the night's
        )
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.write(msgspec.json.encode(self._addresses) + b"\n")
            process.stdin.flush()
        return process


class NotifierBeside:
    """The notifier beside a night; there is none when nobody is to be told."""

    def __init__(self, data: DataFolder, addresses: Addresses, stack: ExitStack) -> None:
        self._process = NotifierProcess(data, addresses) if addresses else None
        if self._process is not None:
            stack.callback(self._process.leave)

    def started(self) -> list[Event]:
        """That it runs, to be recorded by the night before anything that is to be told."""
        if self._process is None:
            return []
        return [ProcessStarted(process=PROCESS, pid=self._process.pid, host=socket.gethostname())]

    def revived(self) -> list[Event]:
        """That it had died and runs again; empty when it has not."""
        before = self._process.pid if self._process is not None else 0
        died = self._process.revive() if self._process is not None else None
        return [ProcessStopped(process=PROCESS, pid=before, reason=died), *self.started()] if died else []

    def end(self) -> None:
        """The night has ended: what is left is told before this returns, if it can be."""
        if self._process is not None:
            self._process.end()


class NightLine:
    """Tells the notifier to end: when the night says so, or when it is gone and nobody needs it any more.
    Each look at it is a sign of life, of the notifier that has one.
    """

    def __init__(self, line: IO[bytes], log: EventLog, alone_seconds: float = ALONE_SECONDS) -> None:
        self._line, self._log, self._alone_seconds = line, log, alone_seconds
        self._alone, self._head, self._changed = False, log.head(), time.monotonic()
        self.sign: SignOfLife | None = None

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it is to end, at the latest after a time."""
        if self.sign is not None:
            self.sign.give(0)
        if self._alone:
            time.sleep(timeout or 0.0)
            return self._is_over()
        if not select.select([self._line], [], [], timeout)[0]:
            return False
        if os.read(self._line.fileno(), len(END)) == END:
            return True
        self._alone = True
        return False

    def _is_over(self) -> bool:
        head, now = self._log.head(), time.monotonic()
        if head != self._head:
            news = self._log.read(after=self._head, until=head, types=("ProcessStarted", "ProcessStopped"))
            if any(_ends_the_lone_one(each.payload) for each in news):
                return True
            self._head, self._changed = head, now
        return now - self._changed > self._alone_seconds


def _ends_the_lone_one(event: Event) -> bool:
    """Tell whether the night that was resumed has another notifier, or has ended in order."""
    match event:
        case ProcessStarted(process=name, pid=pid):
            return name == PROCESS and pid != os.getpid()
        case ProcessStopped(process=name, reason=reason):
            return (name, reason) == (EXECUTOR, NIGHT_ENDED)
        case _:
            return False


@contextmanager
def held_by_notifier(folder: DataFolder, standby: NightLine | None = None) -> Iterator[bool]:
    """Hold the folder for one notifier; without `standby` raises NotifierRuns when another one holds it.

    With it, waits until the other one is gone; gives False when the line said to end before that.
    """
    with (folder.top / "notifier.pid").open("a+") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if standby is None:
                    file.seek(0)
                    raise NotifierRuns(
                        f"a notifier runs on {folder.top} already (process {file.read().strip()})"
                    ) from None
                if standby.wait(STANDBY_SECONDS):
                    yield False
                    return
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield True


def main(arguments: list[str]) -> None:
    """The process that a night starts: `python -m tui.night.notifying DATA`, with its line on stdin."""
    folder = DataFolder(Path(arguments[0]))
    line = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115  unbuffered
    addresses = msgspec.json.decode(_first_line(line), type=Addresses)
    with closing(open_log(folder.log_url)) as log, telling_errors(log, PROCESS):
        night = NightLine(line, log)
        with held_by_notifier(folder, standby=night) as mine:
            if mine:
                notifier = Notifier(  # reads the log, for as long as that takes
                    log, addresses.channels(), last_checkpoint=lambda: last_note(folder.log) or ""
                )
                with closing(SignOfLife(folder.run, PROCESS)) as night.sign:
                    notifier.run(night)
                stopped = ProcessStopped(process=PROCESS, pid=os.getpid(), reason=NIGHT_ENDED)
                record(log, stopped, ACTOR)


def _first_line(line: IO[bytes]) -> bytes:
    """Up to its end, and no byte more: what follows is waited for."""
    read = b""
    while not read.endswith(b"\n"):
        byte = os.read(line.fileno(), 1)
        if not byte:
            break
        read += byte
    return read


if __name__ == "__main__":
    main(sys.argv[1:])
