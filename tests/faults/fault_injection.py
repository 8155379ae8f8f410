"""A fault at every single write, sync, truncation, link, rename and removal: `make test-faults`.

strace strikes one system call of the worker at a time: it fails with EIO or ENOSPC, or the process is killed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain
from pathlib import Path

import pytest

import tomoe_es
from tomoe_es.events import ErasedPayload, encode_event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log.checkpoints import key_of, write_checkpoint
from tomoe_es.log.erasing import erase
from tomoe_es.log.sealing import seal
from tomoe_es.log.segment_names import list_segments
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.log.verifying import verify

WORKER = Path(__file__).with_name("fault_worker.py")
CALLS = ["pwrite64", "write", "fdatasync", "fsync", "ftruncate", "link", "rename", "unlink"]
APPENDS = 5
TEXT_OF = {
    sha256(encode_event(MessagePosted(recipe_id="r", text=text))).hexdigest(): text
    for text in (f"{number}.{index}" for number in range(APPENDS) for index in range(3))
}


class Worker:
    """Does its work in a child for each run, of which strace takes hold."""

    def __init__(self) -> None:
        top = str(Path(tomoe_es.__file__).parents[1])
        command, environment = [sys.executable, str(WORKER)], {**os.environ, "PYTHONPATH": top}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def run(self, folder: Path, *strace: str) -> tuple[int, str]:
        """Exit status, or minus the signal, and what the worker said; what strace saw is in `trace`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{folder}\n")
        self._process.stdin.flush()
        child = int(self._answer())
        command = ["strace", "-f", "-o", str(folder.parent / "trace"), *strace, "-p", str(child)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr is not None
            attached = tracer.stderr.readline()
            os.kill(child, signal.SIGCONT)
            status = int(self._answer())
        assert attached.rstrip().endswith("attached"), attached
        return status, Path(f"{folder}.said").read_text()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


@pytest.fixture(scope="module")
def counted(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How often an undisturbed run makes each of the calls."""
    folder = tmp_path_factory.mktemp("count") / "log"
    status, said = worker.run(folder, "-e", f"trace={','.join(CALLS)}")
    assert status == 0, said
    trace = (folder.parent / "trace").read_text()
    return {call: len(re.findall(rf"^\d+ +{call}\(", trace, re.MULTILINE)) for call in CALLS}


def strikes(worker: Worker, times: int, call: str, folder: Path, fault: str) -> Iterator[tuple[int, str]]:
    """Run once for each occurrence of the call; gives its number and what the worker said."""
    for occurrence in range(1, times + 1):
        shutil.rmtree(folder, ignore_errors=True)
        injection = f"inject={call}:{fault}:when={occurrence}"
        status, said = worker.run(folder, "-e", f"trace={call}", "-e", injection)
        assert "INJECTED" in (folder.parent / "trace").read_text() or status == -signal.SIGKILL
        yield occurrence, said


def texts(folder: Path) -> list[str]:
    """What each message said; of one that was erased, what its digest tells."""
    log = SqliteLog(folder)
    found = []
    for event in log.read():
        match event.payload:
            case MessagePosted(text=text):
                found.append(text)
            case ErasedPayload(sha256=digest):
                found.append(TEXT_OF[digest])
    log.close()
    return found


def is_erased(folder: Path, position: int) -> bool:
    log = SqliteLog(folder)
    [event] = log.read(after=position - 1, until=position)
    log.close()
    return isinstance(event.payload, ErasedPayload)


def check_nothing_lost_and_nothing_torn(folder: Path, said: str, where: str) -> None:
    found = texts(folder)
    assert len(found) % 3 == 0, where
    for number, answer in re.findall(r"^(\d) (\d+|refused)$", said, re.MULTILINE):
        whole = [f"{number}.{index}" for index in range(3)]
        if answer == "refused":
            assert whole[0] not in found, f"{where}: {number} was refused, but it is there"
        else:
            last = int(answer)
            assert found[last - 3 : last] == whole, f"{where}: {number} was acknowledged at {last}"
    failed = [each.text for each in verify(folder) if not each.holds]
    if "\nerased\n" in said:
        assert is_erased(folder, 2), where
        assert failed == [], where
    else:  # an erasure that is told may not be done yet
        assert all("erase it again" in text for text in failed), where


def check_it_goes_on(folder: Path, where: str) -> None:
    """Retrying everything with the same command ids gives each append once, and the seal can be finished."""
    log = SqliteLog(folder)
    every = [[f"{number}.{index}" for index in range(3)] for number in range(APPENDS)]
    for number, whole in enumerate(every):
        drafts = [Draft(MessagePosted(recipe_id="r", text=text), 1_702_458_000_000_000) for text in whole]
        log.append("messages", drafts, command_id=str(number))
    log.close()
    assert sorted(texts(folder)) == sorted(chain(*every)), where
    for segment in list_segments(folder):
        if segment.live_path(folder).exists():
            seal(folder, segment.night)
    log = SqliteLog(folder)
    erase(log, 2, who="a", why="b", time=1_702_458_000_000_000)
    log.close()
    assert is_erased(folder, 2), where
    write_checkpoint(folder, key_of(folder, "kiso.example/log", bytes(32)))
    assert all(each.holds for each in verify(folder)), where
    assert len(texts(folder)) == 3 * APPENDS, where


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["signal=KILL", "error=EIO", "error=ENOSPC"])
@pytest.mark.parametrize("call", CALLS)
def test_a_fault_loses_nothing_acknowledged_and_tears_nothing(
    worker: Worker, counted: dict[str, int], call: str, fault: str, tmp_path: Path
) -> None:
    folder = tmp_path / "log"
    assert counted[call] > 0
    for occurrence, said in strikes(worker, counted[call], call, folder, fault):
        where = f"{fault} at {call} {occurrence}: {said!r}"
        if folder.exists():
            check_nothing_lost_and_nothing_torn(folder, said, where)
            check_it_goes_on(folder, where)
