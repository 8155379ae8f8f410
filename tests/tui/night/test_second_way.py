"""Emergency and guardian as processes: they need neither the night nor its log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest

from adapters.sign_of_life import read_signs
from adapters.telescope_line import messages
from adapters.telescope_line.line import SocketLine
from adapters.untold import waiting
from tests.chaos.expected import EXPECTED
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import DomeSlitRead, MirrorCoverRead
from tomoe_es.log import open_log
from tui.commands import lock
from tui.data_folder import DataFolder
from tui.safety_word import WordNotRecorded

from .conftest import SHORT_NIGHT, finish_night, start_night

CLEAR = msgspec.structs.replace(SHORT_NIGHT, exposures=40, observing_hours=4.0, chips=1, script="clear")
PATIENCE_SECONDS = 120.0
EMERGENCY = (sys.executable, "-m", "tui.start", "emergency", "--why", "storm", "--data")


def wait_until(holds: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def events(data: DataFolder, *types: str) -> list[Recorded]:
    with closing(open_log(data.log_url)) as log:
        return list(log.read(types=types))


@contextmanager
def night_with_open_dome(data: DataFolder, speed: float | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A night in its third exposure of the sky; killed at the end."""
    process = start_night(data.top, CLEAR, speed)
    try:
        wait_until(lambda: list(data.log.glob("*.sqlite")), "the night makes a log")
        with closing(open_log(data.log_url)) as log:
            wait_until(
                lambda: (
                    process.poll() is not None or sum(1 for _ in log.read(types=("ExposureStarted",))) >= 6
                ),
                "the night exposes",
            )
        assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.wait()


def runs(pid: int) -> bool:
    """Tell whether a process lives; one that has ended may wait for whoever adopted it."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def log_held(data: DataFolder) -> Iterator[None]:
    """The log's lock for writing, held by this process: whoever writes waits, or gives up."""
    [path] = data.log.glob("*.sqlite")
    with closing(apsw.Connection(str(path))) as connection:
        connection.set_busy_timeout(10_000)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


def strike(process: subprocess.Popen[bytes], fate: signal.Signals, data: DataFolder) -> None:
    """Stop or kill the night where it is not writing: one that hangs in the midst of it holds the log."""
    with log_held(data):
        process.send_signal(fate)


def truth(data: DataFolder) -> Any:
    with closing(SocketLine(data.run, "test")) as line:
        return line.ask(messages.Truth(0)).truth


def emergency(data: DataFolder) -> subprocess.CompletedProcess[str]:
    command = [*EMERGENCY, data.top]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("fate", [signal.SIGSTOP, signal.SIGKILL])
def test_an_emergency_needs_no_night(data: DataFolder, fate: signal.Signals) -> None:
    with night_with_open_dome(data) as process:
        strike(process, fate, data)
        assert not truth(data).closed

        done = emergency(data)

        assert done.returncode == 0, done.stdout + done.stderr
        assert "the sensors say closed and parked" in done.stdout
        assert truth(data).closed
        assert truth(data).parked
    [begun] = [each for each in events(data, "MakingSafeBegun") if each.actor == "emergency"]
    assert begun.payload.reasons == ["storm"]  # type: ignore[attr-defined]
    commanded = {
        type(each.payload).__name__
        for each in events(data, "DomeSlitCommanded", "MirrorCoverCommanded", "MountParkCommanded")
        if each.actor == "emergency"
    }
    assert commanded == {"DomeSlitCommanded", "MirrorCoverCommanded", "MountParkCommanded"}
    assert [each.payload.by for each in events(data, "TelescopeMadeSafe")][-1] == "emergency"  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_night_that_hung_goes_on_after_an_emergency_whose_terminal_is_gone(data: DataFolder) -> None:
    with night_with_open_dome(data) as process:
        strike(process, signal.SIGSTOP, data)
        with subprocess.Popen([*EMERGENCY, data.top], stdout=subprocess.PIPE) as begun:
            assert begun.stdout is not None
            assert b"told to close and park" in begun.stdout.readline()
            begun.stdout.close()
            begun.send_signal(signal.SIGHUP)
            assert begun.wait(PATIENCE_SECONDS) == 0
        assert truth(data).closed
        assert truth(data).parked
        process.send_signal(signal.SIGCONT)
        assert process.wait(PATIENCE_SECONDS) == 0
    assert len(events(data, "MakingSafeBegun")) == 1, "told once, though both tell it"
    times = [each.time for each in events(data, "DomeSlitRead")]
    assert times == sorted(times)
    names = {each.payload.name for each in events(data, "ViolationDetected")}  # type: ignore[attr-defined]
    assert names <= set(EXPECTED["executor hangs"]), "whatever it was doing when it hung"


@pytest.mark.slow
def test_an_emergency_needs_no_log(data: DataFolder) -> None:
    with night_with_open_dome(data, speed=300):
        with log_held(data):
            wait_until(lambda: _holds_still(data), "the night waits for the log")

            done = emergency(data)

            assert done.returncode == 0, done.stdout
            assert truth(data).closed
            assert "the log can't be written just now" in done.stdout
            assert waiting(data.run)
        wait_until(lambda: events(data, "TelescopeMadeSafe"), "somebody tells the log")
        assert len([each for each in events(data, "MakingSafeBegun") if each.actor == "emergency"]) == 1


@pytest.mark.slow
def test_a_lock_that_is_set_while_the_night_hangs_keeps_the_mount_from_being_parked(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    with night_with_open_dome(data) as process:
        strike(process, signal.SIGSTOP, data)

        assert lock.set_lock(why="in the dome", data=data.top) == 0

        assert "the night does not answer" in capsys.readouterr().err
        _emergency_leaves_the_mount(data)


@pytest.mark.slow
def test_a_lock_is_heeded_though_the_night_hung_while_it_wrote_the_log(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    with night_with_open_dome(data) as process, log_held(data):
        process.send_signal(signal.SIGSTOP)

        with pytest.raises(WordNotRecorded, match="recorded as soon as it takes it"):
            lock.set_lock(why="in the dome", data=data.top)

        assert "waiting, at most half a minute" in capsys.readouterr().err
        _emergency_leaves_the_mount(data)
    wait_until(lambda: events(data, "TelescopeLockSet"), "the guardian tells the log")


def _emergency_leaves_the_mount(data: DataFolder) -> None:
    done = emergency(data)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "mount: stopped, and left so, because " in done.stdout
    assert truth(data).closed
    assert not truth(data).parked
    parking = {each.actor for each in events(data, "MountParkCommanded")}
    assert not parking & {"emergency", "guardian"}


def _holds_still(data: DataFolder) -> bool:
    before = read_signs(data.run)["night"]
    time.sleep(1.2)  # longer than two signs of life are apart
    return read_signs(data.run)["night"] == before


def test_without_a_telescope_it_says_so(data: DataFolder) -> None:
    done = emergency(data)

    assert done.returncode == 1
    assert "NoTelescope" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("telescope", ["lives", "is gone too"])
def test_the_guardian_closes_after_a_killed_night_and_the_next_one_finds_it_closed(
    data: DataFolder, telescope: str
) -> None:
    with night_with_open_dome(data) as process:
        guardian = read_signs(data.run)["guardian"].pid
        process.kill()
        process.wait()
        assert not truth(data).closed

        wait_until(lambda: read_signs(data.run)["guardian"].ended, "the guardian ends")

        wait_until(lambda: not runs(guardian), "its process is gone")

    assert truth(data).closed
    assert truth(data).parked
    [begun] = events(data, "MakingSafeBegun")
    assert begun.payload.reasons == ["the executor has given no sign of life for 10 s"]  # type: ignore[attr-defined]
    assert [each.payload.process for each in events(data, "ProcessFellSilent")] == ["night"]  # type: ignore[attr-defined]
    assert events(data, "DomeSlitRead")[-1].payload == DomeSlitRead(state="closed")
    assert events(data, "MirrorCoverRead")[-1].payload == MirrorCoverRead(state="closed")
    assert events(data, "MountRead")[-1].payload.state == "parked"  # type: ignore[attr-defined]
    if telescope == "is gone too":
        os.kill(read_signs(data.run)["telescope"].pid, signal.SIGKILL)
    night = finish_night(data.top, msgspec.structs.replace(CLEAR, resume=True))
    _, reconciled = night.of_type("DevicesReconciled")
    assert not [each for each in reconciled.payload.differences if not each.startswith("camera")]
    [resumed] = night.of_type("NightResumed")
    slit = next(each for each in night.of_type("DomeSlitRead") if each.position > resumed.position)
    assert slit.payload.state == "closed"
    moved = [each for each in night.events if type(each.payload).__name__.endswith("Commanded")]
    assert not [each for each in moved if resumed.position < each.position < reconciled.position]


@pytest.mark.slow
@pytest.mark.parametrize("fate", [signal.SIGSTOP, signal.SIGKILL])
def test_the_night_revives_its_guardian(data: DataFolder, fate: signal.Signals) -> None:
    with night_with_open_dome(data, speed=300) as process:
        first = read_signs(data.run)["guardian"].pid

        os.kill(first, fate)

        wait_until(lambda: read_signs(data.run)["guardian"].pid != first, "there is another one")
        assert process.poll() is None
    assert not truth(data).closed, "the new one sees nothing wrong"
    [stopped] = [each.payload for each in events(data, "ProcessStopped") if each.stream == "process/guardian"]
    assert stopped.pid == first  # type: ignore[attr-defined]
