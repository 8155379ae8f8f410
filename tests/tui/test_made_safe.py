"""What was said of making the telescope safe holds only as long as nothing was opened or moved since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from adapters.untold import Untold
from tests.projections.night_story import START
from tests.tui.mount_states import PARKED, STOPPED, TRACKING
from tomoe_es.clock import HOUR, SECOND
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.safety import MakingSafeBegun, TelescopeMadeSafe
from tomoe_es.events.system import ProcessStarted
from tomoe_es.events.telescope import (
    DomeSlitCommanded,
    DomeSlitRead,
    MirrorCoverRead,
    MountSlewCommanded,
    TelescopeLockReleased,
    TelescopeLockSet,
)
from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog
from tui.made_safe import MadeSafe, made_safe

BEGUN = MakingSafeBegun(by="emergency", who="anna", reasons=["storm"], begun_us=START)
MADE = TelescopeMadeSafe(by="emergency", seconds=45.0, attempts=1)
MADE_SAYS = "made safe by the emergency: the sensors say so"
BEGUN_SAYS = "the emergency makes it safe: storm"
OPEN, CLOSE = (DomeSlitCommanded(action=each, reason="a test") for each in ("open", "close"))  # type: ignore[arg-type]
IS_OPEN, IS_CLOSED = (DomeSlitRead(state=each) for each in ("open", "closed"))  # type: ignore[arg-type]
SLEW = MountSlewCommanded(ra_deg=1.0, dec_deg=2.0)
LOCKED = TelescopeLockSet(who="anna", why="in the dome")
RELEASED = TelescopeLockReleased(who="anna", why="out again")
SAFE = (RELEASED, BEGUN, IS_CLOSED, MirrorCoverRead(state="closed"), PARKED, MADE)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with closing(open_log(f"sqlite:///{tmp_path / 'log'}")) as opened:
        yield opened


def record(log: EventLog, events: Sequence[Event]) -> None:
    for number, event in enumerate(events):
        log.append(event.stream(), [Draft(event, START + number * SECOND, actor="test")])


@pytest.mark.parametrize(
    ("since", "not_safe"),
    [
        ((), ()),
        ((OPEN,), ("dome_slit was told to open or move",)),
        ((OPEN, IS_OPEN), ("dome_slit open",)),
        ((IS_OPEN,), ("dome_slit open",)),
        ((OPEN, IS_OPEN, CLOSE, IS_CLOSED), ()),
        ((SLEW,), ("mount was told to open or move",)),
        ((TRACKING,), ("mount tracking",)),
        ((STOPPED,), ("mount stopped",)),
        ((LOCKED, STOPPED), ()),
        ((LOCKED, STOPPED, RELEASED), ("mount stopped",)),
    ],
)
def test_that_it_is_safe_holds_until_something_opens_or_moves(
    log: EventLog, since: Sequence[Event], not_safe: tuple[str, ...]
) -> None:
    record(log, [*SAFE, *since])
    assert made_safe(log, []) == MadeSafe("" if not_safe else MADE_SAYS, not_safe)


def test_an_emergency_that_is_on_its_way_is_told_as_that(log: EventLog) -> None:
    record(log, [RELEASED, OPEN, IS_OPEN, BEGUN, CLOSE, IS_OPEN, TRACKING])
    assert made_safe(log, []) == MadeSafe(BEGUN_SAYS)


def test_an_emergency_that_was_broken_off_is_no_word_once_something_was_opened(log: EventLog) -> None:
    record(log, [RELEASED, BEGUN, OPEN, IS_OPEN])
    assert made_safe(log, []) == MadeSafe("", ("dome_slit open",))


def test_the_next_process_of_the_night_begins_anew(log: EventLog) -> None:
    record(log, [*SAFE, ProcessStarted(process="night", pid=17, host="here")])
    assert made_safe(log, []) == MadeSafe()


def test_a_reading_that_was_taken_before_and_told_late_changes_nothing(log: EventLog) -> None:
    record(log, SAFE)
    log.append("dome_slit", [Draft(IS_OPEN, START - 60 * SECOND, actor="test")])
    assert made_safe(log, []).said == MADE_SAYS


def test_what_the_log_was_not_told_yet_counts(log: EventLog) -> None:
    record(log, [RELEASED, OPEN, IS_OPEN])
    untold = [Untold(each, START + HOUR, "guardian", str(n)) for n, each in enumerate(SAFE[1:])]
    assert made_safe(log, untold).said == MADE_SAYS
    assert made_safe(None, untold).said == MADE_SAYS, "a log that can't be opened"
    opened = [*untold, Untold(IS_OPEN, START + 2 * HOUR, "guardian", "open")]
    assert made_safe(log, opened).not_safe == ("dome_slit open",)
