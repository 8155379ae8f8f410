"""Making safe: what is commanded when, and what counts as safe."""

from __future__ import annotations

from tomoe_es.clock import SECOND
from tomoe_es.control import hardware
from tomoe_es.control.hardware import Hardware
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import (
    DeviceReached,
    DeviceUnreachable,
    DomeSlitCommanded,
    DomeSlitRead,
    MirrorCoverCommanded,
    MirrorCoverRead,
    MountParkCommanded,
    MountRead,
    MountStopCommanded,
)
from tomoe_es.safety import making_safe
from tomoe_es.safety.making_safe import LIMIT, MOVING_FOR, REPEAT_AFTER, begin, next_commands, not_safe

NOW = 1_702_378_800 * SECOND


def mount(state: str) -> MountRead:
    zero = dict.fromkeys(("azimuth_deg", "altitude_deg", "target_ra_deg", "target_dec_deg"), 0.0)
    return MountRead(state=state, ra_deg=0.0, dec_deg=0.0, **zero)  # type: ignore[arg-type]


def seen(*events: Event, at_us: int = NOW, before: Hardware | None = None, locked: bool = False) -> Hardware:
    state = before or Hardware()
    for event in events:
        state = hardware.evolve(state, Recorded(0, event.stream(), 0, at_us, 0, 0, 0, "", event))
    state.locked = locked
    return state


CLOSED = (DomeSlitRead(state="closed"), MirrorCoverRead(state="closed"), mount("parked"))
OPEN = (DomeSlitRead(state="open"), MirrorCoverRead(state="open"), mount("tracking"))
ALL = [DomeSlitCommanded, MirrorCoverCommanded, MountStopCommanded, MountParkCommanded]


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(each) for each in events]


def test_everything_is_commanded_at_once_also_what_reads_safe_already() -> None:
    making = begin(["a test"], NOW)

    commands = next_commands(making, seen(*CLOSED, at_us=NOW - SECOND), NOW)

    assert kinds(commands) == ALL
    assert {each.reason for each in commands} == {"a test"}  # type: ignore[attr-defined]


def test_it_is_commanded_before_anything_was_read() -> None:
    assert kinds(next_commands(begin(["a test"], NOW), seen(), NOW)) == ALL


def test_only_a_reading_taken_since_then_counts() -> None:
    making = begin(["a test"], NOW)
    before = seen(*CLOSED, at_us=NOW)
    next_commands(making, before, NOW)

    assert not_safe(making, before)[0] == "dome_slit: not read since it was commanded, last closed"
    assert not_safe(making, seen(*CLOSED, at_us=NOW + 1)) == []


def test_what_does_not_move_is_told_again_soon_and_what_moves_later() -> None:
    making = begin(["a test"], NOW)
    next_commands(making, seen(*OPEN), NOW)
    moving = seen(
        DomeSlitRead(state="closing"), MirrorCoverRead(state="fault"), mount("parking"), at_us=NOW + SECOND
    )

    assert next_commands(making, moving, NOW + REPEAT_AFTER - 1) == []
    assert kinds(next_commands(making, moving, NOW + REPEAT_AFTER)) == [MirrorCoverCommanded]
    later = next_commands(making, moving, NOW + MOVING_FOR)
    assert kinds(later) == [DomeSlitCommanded, MirrorCoverCommanded, MountParkCommanded]
    assert making.attempts == 3


def test_what_does_not_answer_is_not_safe_whatever_it_read_last() -> None:
    making = begin(["a test"], NOW)
    known = seen(*CLOSED, at_us=NOW + 1)
    known = seen(DeviceUnreachable(device="dome_slit", message="cut off"), before=known)

    assert not_safe(making, known) == ["dome_slit: does not answer"]
    assert not_safe(making, seen(DeviceReached(device="dome_slit"), before=known)) == []


def test_while_locked_the_mount_is_stopped_but_not_parked() -> None:
    making = begin(["a test"], NOW)
    known = seen(*OPEN, locked=True)
    known.locked_by, known.locked_why = "M. Kokubo", "in the dome"

    assert kinds(next_commands(making, known, NOW)) == [
        DomeSlitCommanded,
        MirrorCoverCommanded,
        MountStopCommanded,
    ]
    assert (
        making_safe.left_alone(known)
        == "mount: tracking, and left so, because M. Kokubo has locked it (in the dome)"
    )
    closed = seen(*CLOSED[:2], mount("stopped"), at_us=NOW + 1, before=known, locked=True)
    assert not_safe(making, closed) == []


def test_a_locked_mount_is_told_to_stop_until_its_reading_says_that_it_stands() -> None:
    making = begin(["a test"], NOW)
    next_commands(making, seen(*OPEN, locked=True), NOW)
    slewing = seen(*CLOSED[:2], mount("slewing"), at_us=NOW + 1, locked=True)

    assert not_safe(making, slewing) == ["mount: slewing"]
    for repeat in (1, 2):
        assert kinds(next_commands(making, slewing, NOW + repeat * REPEAT_AFTER)) == [MountStopCommanded]
    for state in ("parking", "tracking"):
        assert not_safe(making, seen(mount(state), at_us=NOW + 2, before=slewing, locked=True))
    for state in ("parked", "stopped", "fault"):
        assert not_safe(making, seen(mount(state), at_us=NOW + 2, before=slewing, locked=True)) == []


def test_a_mount_on_its_way_to_park_is_stopped_soon_when_it_is_locked_meanwhile() -> None:
    making = begin(["a test"], NOW)
    next_commands(making, seen(*OPEN), NOW)
    parking = seen(*CLOSED[:2], mount("parking"), at_us=NOW + 1, locked=True)

    assert kinds(next_commands(making, parking, NOW + REPEAT_AFTER)) == [MountStopCommanded]


def test_a_stopped_mount_is_parked_as_soon_as_the_lock_is_released() -> None:
    making = begin(["a test"], NOW)
    next_commands(making, seen(*OPEN, locked=True), NOW)
    stopped = seen(*CLOSED[:2], mount("stopped"), at_us=NOW + 1)

    assert kinds(next_commands(making, stopped, NOW + REPEAT_AFTER)) == [MountParkCommanded]


def test_it_is_overdue_once_for_each_passing_of_the_limit() -> None:
    making = begin(["a test"], NOW)

    told = [making_safe.is_overdue(making, NOW + seconds * SECOND) for seconds in range(0, 400, 60)]

    assert told == [False, False, False, True, False, False, True]
    assert LIMIT == 180 * SECOND
