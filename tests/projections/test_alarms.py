"""Alarms as their events tell them: open until cleared or acknowledged, bursts on one line, muted names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections import alarms
from projections.alarms import Alarms
from projections.overview_model import AlarmLine
from tests.projections.folding import folded
from tests.projections.night_story import START, Moment, frame_id_of
from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.events import Event, monitor, reduction, transfer

SAID_US = 1_780_000_000_000_000


def violated(
    name: str = "DeviceFault",
    thing: str = "mount",
    severity: monitor.Severity = "serious",
    *,
    ack: bool = False,
) -> monitor.ViolationDetected:
    return monitor.ViolationDetected(
        name=name,
        thing=thing,
        severity=severity,
        message=f"{thing} fails",
        evidence=[1],
        chain=[],
        needs_acknowledgement=ack,
    )


def cleared(detected: int, name: str = "DeviceFault") -> monitor.ViolationCleared:
    return monitor.ViolationCleared(name=name, thing="mount", detected=detected, message="well again")


def acknowledged(detected: int, name: str = "DeviceFault") -> monitor.ViolationAcknowledged:
    return monitor.ViolationAcknowledged(
        name=name, thing="mount", detected=detected, who="M. Tanaka", why="seen on site", said_us=SAID_US
    )


def each_second(*events: Event) -> Iterator[Moment]:
    """The events are at the positions 1, 2, ..."""
    for number, event in enumerate(events):
        yield START + number * SECOND, event


def state_after(*events: Event) -> Alarms:
    state = folded(alarms.PROJECTION, each_second(*events))
    assert isinstance(state, Alarms)
    return state


def lines_after(*events: Event) -> list[AlarmLine]:
    return state_after(*events).lines(START)


def test_84_equal_violations_of_84_things_are_one_line_with_a_count() -> None:
    [line] = lines_after(*(violated(thing=f"chip/{number}") for number in range(84)))
    assert (line.count, line.open, line.thing, line.position) == (84, 84, "chip/83", 84)


def test_an_alarm_that_clears_by_itself_is_open_until_it_does() -> None:
    [line] = lines_after(violated())
    assert line.open == 1
    [line] = lines_after(violated(), cleared(1))
    assert (line.open, line.cleared, line.acknowledged_by) == (0, 1, "")


def test_one_that_needs_it_stays_open_until_it_is_acknowledged() -> None:
    [line] = lines_after(violated(ack=True), cleared(1))
    assert (line.open, line.cleared, line.needs_acknowledgement) == (1, 1, True)
    [line] = lines_after(violated(ack=True), cleared(1), acknowledged(1))
    assert (line.open, line.acknowledged_by, line.acknowledged_why) == (0, "M. Tanaka", "seen on site")
    assert (line.acknowledged_us, line.acknowledged_said_us) == (START + 2 * SECOND, SAID_US)


def test_acknowledging_one_of_a_burst_leaves_the_others_open() -> None:
    [line] = lines_after(violated(thing="a"), violated(thing="b"), acknowledged(1))
    assert (line.count, line.open) == (2, 1)


def test_answers_to_what_is_not_open_change_nothing() -> None:
    [line] = lines_after(violated(), cleared(1), cleared(1), acknowledged(1), cleared(77))
    assert (line.open, line.cleared, line.acknowledged_by) == (0, 1, "")


@pytest.mark.parametrize(("pause", "counts"), [(59, [3]), (61, [1, 1, 1])])
def test_a_burst_ends_after_a_minute_of_quiet(pause: int, counts: list[int]) -> None:
    moments = [(START + number * pause * SECOND, violated()) for number in range(3)]
    assert [line.count for line in folded(alarms.PROJECTION, moments).lines(START)] == counts


def test_bursts_of_several_names_may_overlap() -> None:
    lines = lines_after(*(violated(name) for name in "ABABA"))
    assert [(line.name, line.count) for line in lines] == [("A", 3), ("B", 2)]


def test_the_loudest_open_alarm_is_on_top_and_what_is_over_is_below() -> None:
    lines = lines_after(
        violated("Critical", severity="critical", ack=True),
        violated("Notice", severity="notice"),
        violated("Serious"),
        violated("Over", severity="critical"),
        cleared(4, "Over"),
    )
    assert [line.name for line in lines] == ["Critical", "Serious", "Notice", "Over"]


def test_open_alarms_are_kept_however_old_and_the_newest_of_the_others() -> None:
    closed = [event for at in range(2, 400, 2) for event in (violated(f"Name{at}"), cleared(at, f"Name{at}"))]
    state = state_after(violated("Old", severity="notice"), *closed)
    lines = state.lines(START)
    assert lines[0].name == "Old"
    assert lines[1].name == "Name398"
    assert len(lines) == 1 + alarms.LINES_KEPT
    assert state.violations == 200


def test_a_name_is_muted_until_its_time_or_until_it_is_unmuted() -> None:
    muted = monitor.AlarmMuted(name="DeviceFault", until_us=START + MINUTE, who="M. Tanaka", why="known")
    unmuted = monitor.AlarmUnmuted(name="DeviceFault", who="M. Tanaka", why="")
    state = state_after(muted, violated())
    assert state.lines(START)[0].muted_until_us == START + MINUTE
    assert [each.who for each in state.muted_names(START)] == ["M. Tanaka"]
    assert state.lines(START + MINUTE)[0].muted_until_us == 0
    assert state.muted_names(START + MINUTE) == ()
    assert state_after(muted, unmuted).muted_names(START) == ()


def test_chips_rejected_for_the_same_reason_are_one_line_that_is_never_open() -> None:
    rejected = [
        reduction.ProductRejected(
            exposure_number=7, frame_id=frame_id_of(7, 100 + chip), kind="STACK", reasons=["astrometry"]
        )
        for chip in range(1, 22)
    ]
    other = reduction.ProductRejected(
        exposure_number=7, frame_id=frame_id_of(7, 201), kind="STACK", reasons=["noise", "counts"]
    )
    state = state_after(*rejected, other)
    assert [(each.name, each.kind, each.count, each.open) for each in state.lines(START)] == [
        ("ProductRejected (noise, counts)", "rejected", 1, 0),
        ("ProductRejected (astrometry)", "rejected", 21, 0),
    ]
    assert state.violations == 0


def test_chips_not_reduced_and_chips_lost_are_lines_by_their_condition() -> None:
    failed = reduction.ReductionFailed(
        exposure_number=7,
        frame_id=frame_id_of(7, 101),
        job_id="",
        attempt=3,
        condition="WorkerDied",
        message="gone",
        given_up=True,
    )
    lost = transfer.ChipCubeLost(
        exposure_number=7, frame_id=frame_id_of(7, 101), condition="FramesMissing", message="none came"
    )
    lines = lines_after(failed, lost)
    assert [(each.name, each.kind, each.severity) for each in lines] == [
        ("ChipCubeLost (FramesMissing)", "lost", "warning"),
        ("ReductionFailed (WorkerDied)", "failed", "warning"),
    ]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("violated"), st.sampled_from("ABC"), st.booleans()),
            st.tuples(st.just("cleared"), st.integers(1, 12), st.just(False)),
            st.tuples(st.just("acknowledged"), st.integers(1, 12), st.just(False)),
        ),
        max_size=24,
    )
)
def test_what_is_open_is_what_was_detected_without_what_was_cleared_or_acknowledged(
    steps: list[tuple[str, str | int, bool]],
) -> None:
    events: list[Event] = []
    still_open: dict[int, bool] = {}  # position: needs to be acknowledged
    for at, (what, of, needs) in enumerate(steps, start=1):
        if what == "violated":
            events.append(violated(str(of), ack=needs))
            still_open[at] = needs
        elif what == "cleared":
            events.append(cleared(int(of)))
            if still_open.get(int(of)) is False:
                del still_open[int(of)]
        else:
            events.append(acknowledged(int(of)))
            still_open.pop(int(of), None)
    state = state_after(*events)
    assert sorted(at for name in "ABC" for at in state.open_positions(name)) == sorted(still_open)
    assert sum(line.open for line in state.lines(START)) == len(still_open)
