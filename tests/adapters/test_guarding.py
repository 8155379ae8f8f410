"""The guardian's loop, on a clock that jumps, with a telescope that is there or not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from adapters import sign_of_life
from adapters.guarding import GIVES_UP_SECONDS, GuardianLoop
from adapters.sign_of_life import SUFFIX, SignOfLife
from adapters.telescope_line import messages
from adapters.telescope_line.address import Address, write_address
from adapters.telescope_line.line import NoTelescope
from adapters.telescope_line.messages import Begin, Command, Reply
from adapters.telescope_line.shared_telescope import SharedTelescope
from adapters.untold import FOLDER, tell, waiting
from adapters.untold_reserve import RESERVE
from tests.tomoe_es.control.observatory import NIGHT
from tests.tomoe_es.safety.guarded_observatory import HereLine
from tomoe_es.clock import SECOND
from tomoe_es.control.hardware import Hardware
from tomoe_es.events.monitor import ErrorRaised
from tomoe_es.events.safety import ProcessFellSilent
from tomoe_es.events.telescope import DomeSlitCommanded
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.safety.silence import EXECUTOR, EXECUTOR_SILENT_AFTER_SECONDS, Sign

START_US = 1_702_378_800 * SECOND
NOBODY = 2**30
"""No process has this id."""


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_of_life, "EVERY_SECONDS", 0.0)


class Bench:
    """An open telescope whose night was killed, and the guardian's loop; the line breaks as told."""

    def __init__(self, run: Path) -> None:
        self.run, self.seconds = run, 0.0
        self.happens: dict[float, Callable[[], None]] = {}  # by time: what happens then
        self.broken: list[tuple[float, float]] = []  # from and to: nobody answers
        self.shared = SharedTelescope(lambda: self.seconds)
        night = self.shared.connect("night", driver=True)
        self.shared.ask(night, Begin(NIGHT, 1, "clear", 1.0, START_US, Hardware(locked=False)))
        opening = DomeSlitCommanded(action="open", reason="a test")
        self.shared.ask(night, Command(opening, 1, START_US + SECOND))
        self.shared.ask(night, messages.Advance(START_US + 2 * SECOND))
        self.shared.disconnect(night)
        write_address(run, Address(1, os.getpid(), ""))
        (run / f"{EXECUTOR}{SUFFIX}").write_bytes(msgspec.json.encode(Sign(NOBODY, 1, 1, 1)))
        self.loop = GuardianLoop(
            run,
            self.connect,
            lambda: SqliteLog(run / "log"),
            SignOfLife(run, "guardian"),
            lambda: self.seconds,
            self.sleep,
        )

    def connect(self) -> BreakingLine:
        return BreakingLine(self)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        for due in [each for each in self.happens if each <= self.seconds]:
            self.happens.pop(due)()
        assert self.seconds < 2 * GIVES_UP_SECONDS, "it does not end"

    def check(self) -> None:
        if any(since <= self.seconds < until for since, until in self.broken):
            raise NoTelescope("nobody answers")


class BreakingLine(HereLine):
    """A line that breaks as its bench says."""

    def __init__(self, bench: Bench) -> None:
        bench.check()
        self._bench = bench
        super().__init__(bench.shared, "guardian")

    def ask(self, request: messages.AnyRequest) -> Reply:
        self._bench.check()
        return super().ask(request)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_dead_night_is_answered_though_the_telescope_was_lost_at_that_moment(bench: Bench) -> None:
    silent = EXECUTOR_SILENT_AFTER_SECONDS
    bench.broken = [(silent - 0.5, silent + 60)]

    bench.loop.run()

    assert bench.shared.is_safe()
    assert bench.seconds > silent + 60


def test_a_telescope_lost_while_it_is_made_safe_is_made_safe_all_the_same(bench: Bench) -> None:
    bench.broken = [(EXECUTOR_SILENT_AFTER_SECONDS + 5, EXECUTOR_SILENT_AFTER_SECONDS + 90)]

    bench.loop.run()

    assert bench.shared.is_safe()


def test_a_telescope_that_never_answers_is_given_up_after_minutes(bench: Bench) -> None:
    bench.broken = [(0.0, 1e9)]

    bench.loop.run()

    assert GIVES_UP_SECONDS <= bench.seconds < GIVES_UP_SECONDS + 2


def test_a_telescope_whose_process_is_gone_is_not_waited_for(bench: Bench) -> None:
    bench.broken = [(0.0, 1e9)]
    write_address(bench.run, Address(1, NOBODY, ""))

    bench.loop.run()

    assert bench.seconds < EXECUTOR_SILENT_AFTER_SECONDS + 2


def test_signs_that_can_t_be_read_are_silence(bench: Bench) -> None:
    hangs = bench.run / f"another{SUFFIX}"
    bench.happens[1.0] = lambda: os.mkfifo(hangs)  # who reads it waits for ever

    bench.loop.run()

    assert bench.shared.is_safe()


def test_closing_does_not_wait_for_a_disk_that_hangs(bench: Bench) -> None:
    (bench.run / FOLDER).mkdir()
    hangs = bench.run / FOLDER / f"{RESERVE}.{os.getpid()}"
    os.mkfifo(hangs)  # who writes to it waits until somebody reads

    bench.loop.run()

    assert bench.shared.is_safe()
    assert waiting(bench.run) == [], "the disk has taken nothing"
    os.close(os.open(hangs, os.O_RDONLY | os.O_NONBLOCK))


def test_what_can_t_be_kept_does_not_end_the_watch_and_is_told_as_an_error(bench: Bench) -> None:
    def happen_what_no_file_can_hold() -> None:
        bench.shared.connect("night", driver=True)  # hangs: the guardian is to tell what it has not asked for
        emergency = bench.shared.connect("emergency")
        reasons = ["half a \ud800 character"]
        bench.shared.ask(emergency, messages.TakeCharge("emergency 1", "emergency", "somebody", reasons, 0.0))
        bench.shared.disconnect(emergency)

    bench.happens[EXECUTOR_SILENT_AFTER_SECONDS - 5] = happen_what_no_file_can_hold

    bench.loop.run()

    assert bench.shared.is_safe()
    log = SqliteLog(bench.run / "log")
    tell(bench.run, log)
    [raised] = [each.payload for each in log.read() if isinstance(each.payload, ErrorRaised)]
    log.close()
    assert (raised.process, raised.condition, raised.understood) == ("guardian", "UnicodeEncodeError", False)


def test_that_the_night_fell_silent_is_told_though_no_telescope_answers(bench: Bench) -> None:
    bench.broken = [(0.0, 1e9)]
    (bench.run / f"{EXECUTOR}{SUFFIX}").write_bytes(msgspec.json.encode(Sign(NOBODY, 1, START_US, 1)))

    bench.loop.run()

    log = SqliteLog(bench.run / "log")
    tell(bench.run, log)
    [silent] = [each for each in log.read() if isinstance(each.payload, ProcessFellSilent)]
    assert silent.time == START_US
    log.close()
