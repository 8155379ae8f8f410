"""Signs of life: only their change counts, on the watcher's own clock."""

from __future__ import annotations

import msgspec

from tomoe_es.events.safety import ProcessFellSilent, ProcessHeardAgain
from tomoe_es.safety.silence import (
    A_LOOK_COUNTS_SECONDS,
    EXECUTOR_SILENT_AFTER_SECONDS,
    SILENT_AFTER_SECONDS,
    Sign,
    Silence,
    listen,
    silent_seconds,
)


def sign(number: int, pid: int = 7) -> Sign:
    return Sign(pid=pid, wall_us=number, night_us=0, position=number)


def test_a_process_whose_sign_changes_is_not_silent() -> None:
    state = Silence()
    for second in range(100):
        assert listen(state, {"night": sign(second)}, float(second), own_pid=1) == []
    assert silent_seconds(state, "night") == 0.0


def test_a_process_falls_silent_once_and_is_heard_again() -> None:
    state = Silence()
    listen(state, {"night": sign(1)}, 0.0, own_pid=1)
    events = [listen(state, {"night": sign(1)}, float(second), own_pid=1) for second in range(1, 60)]
    assert [each for some in events for each in some] == [
        ProcessFellSilent(process="night", pid=7, silent_seconds=EXECUTOR_SILENT_AFTER_SECONDS)
    ]
    assert listen(state, {"night": sign(2)}, 60.0, own_pid=1) == [ProcessHeardAgain(process="night", pid=7)]
    assert silent_seconds(state, "night") == 0.0


def test_an_old_sign_is_given_the_whole_time() -> None:
    """The clock that it was written by may be wrong, or the watcher new."""
    state = Silence()
    listen(state, {"night": sign(-(10**9))}, 500.0, own_pid=1)
    listen(state, {"night": sign(-(10**9))}, 501.0, own_pid=1)
    assert silent_seconds(state, "night") == 1.0


def test_who_has_ended_in_order_is_forgotten() -> None:
    state = Silence()
    listen(state, {"night": sign(1)}, 0.0, own_pid=1)
    ended = {"night": msgspec.structs.replace(sign(2), ended=True)}
    assert listen(state, ended, 1.0, own_pid=1) == []
    assert listen(state, ended, 100.0, own_pid=1) == []
    assert silent_seconds(state, "night") == 0.0


def test_who_only_vanishes_has_not_ended_in_order() -> None:
    """Its sign was deleted, or can't be read any more."""
    state = Silence()
    listen(state, {"night": sign(1)}, 0.0, own_pid=1)
    events = [listen(state, {}, float(second), own_pid=1) for second in range(1, 60)]
    assert [type(each) for some in events for each in some] == [ProcessFellSilent]
    assert silent_seconds(state, "night") >= EXECUTOR_SILENT_AFTER_SECONDS


def test_who_was_never_heard_is_not_missed() -> None:
    state = Silence()
    assert listen(state, {}, 100.0, own_pid=1) == []
    assert silent_seconds(state, "night") == 0.0


def test_a_stall_of_the_whole_machine_is_nobodys_silence() -> None:
    """The watcher did not look either: one look counts for a second at most."""
    state = Silence()
    listen(state, {"night": sign(1)}, 0.0, own_pid=1)
    assert listen(state, {"night": sign(1)}, 300.0, own_pid=1) == []
    assert silent_seconds(state, "night") == A_LOOK_COUNTS_SECONDS
    assert listen(state, {"night": sign(2)}, 300.2, own_pid=1) == []
    assert silent_seconds(state, "night") == 0.0


def test_other_processes_have_longer_and_nobody_listens_to_itself() -> None:
    state = Silence()
    signs = {"projector": sign(1), "guardian": sign(1, pid=1)}
    listen(state, signs, 0.0, own_pid=1)
    for second in range(1, int(SILENT_AFTER_SECONDS)):
        assert listen(state, signs, float(second), own_pid=1) == []
    [silent] = listen(state, signs, SILENT_AFTER_SECONDS, own_pid=1)
    assert isinstance(silent, ProcessFellSilent)
    assert silent.process == "projector"
