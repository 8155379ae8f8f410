"""`tomoe alarm`: alarms are listed, explained, acknowledged and muted."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import msgspec
import pytest

from projections.projector import Projector
from tests.projections.test_alarms import cleared, violated
from tests.tui.commands.test_queue import NIGHT, folder, planned  # noqa: F401  a fixture
from tomoe_es.clock import MINUTE, isot
from tomoe_es.control.alarm_answers import AlarmNotMuted, AlarmOver, MuteTooLong, NoSuchAlarm, ReasonMissing
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.monitor import AlarmMuted, AlarmUnmuted, ViolationAcknowledged, ViolationDetected
from tomoe_es.events.reduction import FieldsUnsolved, ProductRejected, ReductionFailed, UnsolvedCause
from tomoe_es.log import open_log
from tomoe_es.reduction.unsolved_causes import CAUSES
from tomoe_es.scheduling.twilight import night_times
from tui import answering
from tui.commands.alarm import ViolationUnknown, ack, list_alarms, mute, show, unmute
from tui.data_folder import DataFolder
from tui.duration import DurationInvalid, duration_us
from tui.person import person

NOW = night_times(NIGHT).start_up_us
FAULT = 2
"""Position of the first event after the plan."""


FRAME = "TMQ1202201040065228212"
NOT_REDUCED = ReductionFailed(
    exposure_number=1,
    frame_id=FRAME,
    job_id="job",
    attempt=1,
    condition="RawCubeCorrupt",
    message="the cube has lost its end",
    given_up=True,
)


def record(data: DataFolder, *events: Event, cause: int = 0) -> None:
    with closing(open_log(data.log_url)) as log:
        for event in events:
            log.append(event.stream(), [Draft(event, NOW, cause=cause)])
        with Projector(log, data.projections) as projector:
            projector.catch_up()


def newest(data: DataFolder) -> Recorded:
    with closing(open_log(data.log_url)) as log:
        return list(log.read())[-1]


@pytest.fixture
def data(folder: DataFolder) -> DataFolder:  # noqa: F811  the fixture
    """A night in which the mount has failed twice."""
    record(folder, violated(thing="mount"), violated(thing="dome_slit"), cause=1)
    return folder


def test_the_list_shows_what_is_open_and_with_all_what_is_over(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    record(data, violated("Gone"), cleared(4, "Gone"))
    assert list_alarms(data=data.top) == 0
    [line] = capsys.readouterr().out.splitlines()
    assert line.split(maxsplit=2)[:2] == ["3", "OPEN"]
    assert line.endswith("serious  DeviceFault x2 dome_slit fails")
    list_alarms(all=True, data=data.top)
    assert [each.split()[1] for each in capsys.readouterr().out.splitlines()] == ["OPEN", "cleared"]


def test_the_list_as_json_says_the_same(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    list_alarms(json=True, data=data.top)
    told = msgspec.json.decode(capsys.readouterr().out)
    assert [(each["name"], each["open"]) for each in told["alarms"]] == [("DeviceFault", 2)]
    assert told["muted"] == []


def test_show_tells_meaning_remedy_evidence_and_chain(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(FAULT, data=data.top) == 0
    told = capsys.readouterr().out
    assert told.startswith("DeviceFault  serious  mount\n  mount fails\n")
    assert "state     OPEN: clears by itself" in told
    assert "meaning   the device says that it is in its fault state" in told
    assert "to do     look at the device on site" in told
    assert "evidence  event 1" in told
    planned_line, violation_line = told.splitlines()[-2:]
    assert "#1        NightPlanned night=2023-12-12" in planned_line
    assert "#2        └─ ViolationDetected name=DeviceFault" in violation_line


@pytest.mark.parametrize(
    ("position", "told"),
    [
        (0, "event 0 is not in the log: see 'tomoe alarm list --all'"),
        (1, "event 1 is no alarm but NightPlanned: see 'tomoe alarm list --all'"),
        (22, r"event 22 is not in the log: did you mean 2 \(DeviceFault\)\?"),
    ],
)
def test_show_of_what_is_no_alarm_says_so(data: DataFolder, position: int, told: str) -> None:
    with pytest.raises(NoSuchAlarm, match=told):
        show(position, data=data.top)


def test_show_of_a_chip_that_was_not_reduced_tells_what_its_condition_means_and_what_to_do(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    record(data, NOT_REDUCED, cause=1)
    assert show(4, data=data.top) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        f"ReductionFailed (RawCubeCorrupt)  warning  {FRAME}\n  the cube has lost its end\n"
    )
    assert "state     failed: nothing to acknowledge" in told
    assert "meaning   RawCubeCorrupt: A raw cube is truncated" in told
    assert "to do     look at the disk of the buffer storage" in told
    assert "└─ ReductionFailed" in told.splitlines()[-1]


def test_show_of_a_rejected_chip_tells_of_each_check(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    record(
        data,
        ProductRejected(exposure_number=1, frame_id=FRAME, kind="STACK", reasons=["cloud", "new-check"]),
    )
    show(4, data=data.top)
    told = capsys.readouterr().out
    assert "meaning   cloud: Stars fainter than under a clear sky" in told
    assert "to do     look at the sky" in told
    assert "meaning   new-check: no condition of this name is declared" in told


@pytest.mark.parametrize("cause", CAUSES)
def test_show_of_unsolved_chips_tells_of_their_cause(
    data: DataFolder, cause: UnsolvedCause, capsys: pytest.CaptureFixture[str]
) -> None:
    record(data, FieldsUnsolved(exposure_number=1, cause=cause, frame_ids=[FRAME], chips=2, reason="seen"))
    show(4, data=data.top)
    told = capsys.readouterr().out
    assert told.startswith(f"FieldsUnsolved ({cause})  ")
    assert f"meaning   {cause}: {CAUSES[cause].meaning}\n" in told
    assert f"to do     {CAUSES[cause].what_to_do}\n" in told


def test_show_of_a_failed_reduction_tells_of_the_error_not_of_what_a_recipe_calls_by_its_name(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    record(data, msgspec.structs.replace(NOT_REDUCED, condition="TooFewFrames"))
    show(4, data=data.top)
    assert "meaning   TooFewFrames: A cube has fewer frames than the stage needs" in capsys.readouterr().out


def test_a_violation_is_acknowledged_with_who_and_why_in_the_time_of_the_night(data: DataFolder) -> None:
    before = time.time_ns() // 1000
    assert ack(str(FAULT), why="seen on site", data=data.top) == 0
    event = newest(data)
    assert isinstance(event.payload, ViolationAcknowledged)
    said_us = event.payload.said_us
    assert before <= said_us <= time.time_ns() // 1000
    assert event.payload == ViolationAcknowledged(
        name="DeviceFault", thing="mount", detected=FAULT, who=person(), why="seen on site", said_us=said_us
    )
    assert event.time == NOW + 1
    assert event.actor == "tomoe alarm ack"


def test_who_asks_by_day_reads_the_nights_time_and_the_real_one(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    ack(str(FAULT), why="seen on site", data=data.top)
    said = newest(data).payload
    assert isinstance(said, ViolationAcknowledged)
    capsys.readouterr()
    show(FAULT, data=data.top)
    at = f"07:16:08 UTC (16:16:08 JST), by the real clock {isot(said.said_us, 0)} UTC"
    assert f"state     acknowledged by {person()} at {at}: seen on site" in capsys.readouterr().out


def test_a_name_acknowledges_all_that_is_open_of_it(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    ack("DeviceFault", why="power cut", data=data.top)
    assert capsys.readouterr().out == "2 acknowledged: DeviceFault\n"
    list_alarms(data=data.top)
    assert capsys.readouterr() == ("", "nothing is open\n")


def test_while_a_nights_projector_writes_the_answer_is_left_to_it(data: DataFolder) -> None:
    with closing(open_log(data.log_url)) as log, Projector(log, data.projections) as nights:
        ack(str(FAULT), why="seen on site", data=data.top)
        assert nights.catch_up() == 1


def test_acknowledging_what_is_acknowledged_says_who_did_it_when(data: DataFolder) -> None:
    ack(str(FAULT), why="seen on site", data=data.top)
    with pytest.raises(
        AlarmOver, match=rf"already by {person()} at .*T.* UTC, by the real clock 2.* UTC: seen"
    ):
        ack(str(FAULT), why="me too", data=data.top)


def test_what_cleared_by_itself_needs_no_acknowledgement(data: DataFolder) -> None:
    record(data, cleared(FAULT))
    with pytest.raises(AlarmOver, match="cleared by itself"):
        ack(str(FAULT), why="seen", data=data.top)


def test_of_many_who_acknowledge_at_once_one_does(data: DataFolder) -> None:
    others: list[AlarmOver] = []

    def try_it(name: str) -> None:
        try:
            answering.acknowledge(data, FAULT, name, "seen", "test")
        except AlarmOver as told:
            others.append(told)

    threads = [threading.Thread(target=try_it, args=(f"person {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(open_log(data.log_url)) as log:
        [answer] = [each.payload for each in log.read(types=("ViolationAcknowledged",))]
    assert isinstance(answer, ViolationAcknowledged)
    assert len(others) == 7
    assert all(f"already by {answer.who}" in str(told) for told in others)


@pytest.mark.parametrize("alarm", ["99", "1", "NoSuchName"])
def test_there_is_nothing_to_acknowledge_of_that_name_or_position(data: DataFolder, alarm: str) -> None:
    with pytest.raises(NoSuchAlarm, match=alarm):
        ack(alarm, why="seen", data=data.top)


@pytest.mark.parametrize(
    ("alarm", "meant"),
    [("DevicFault", "did you mean 'DeviceFault'"), ("22", r"did you mean 2 \(DeviceFault\)")],
)
def test_who_mistypes_an_alarm_is_asked_what_was_meant(data: DataFolder, alarm: str, meant: str) -> None:
    with pytest.raises(NoSuchAlarm, match=meant):
        ack(alarm, why="seen", data=data.top)


@pytest.mark.parametrize("alarm", ["4", "ReductionFailed", "ReductionFailed (RawCubeCorrupt)"])
def test_who_acknowledges_a_chip_that_was_not_reduced_is_told_that_nobody_needs_to(
    data: DataFolder, alarm: str
) -> None:
    record(data, NOT_REDUCED)
    with pytest.raises(NoSuchAlarm, match="nobody needs to acknowledge: 'tomoe alarm show 4'"):
        ack(alarm, why="seen", data=data.top)


def test_without_a_reason_nothing_is_acknowledged_or_muted(data: DataFolder) -> None:
    with pytest.raises(ReasonMissing):
        ack(str(FAULT), why=" ", data=data.top)
    with pytest.raises(ReasonMissing):
        mute("DeviceFault", duration="30m", why="", data=data.top)
    assert isinstance(newest(data).payload, ViolationDetected)


def test_a_name_is_muted_for_a_while_and_unmuted(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    mute("DeviceFault", duration="30m", why="known since the morning", data=data.top)
    assert newest(data).payload == AlarmMuted(
        name="DeviceFault",
        until_us=NOW + 1 + 30 * MINUTE,
        who=person(),
        why="known since the morning",
    )
    record(data)
    capsys.readouterr()
    list_alarms(data=data.top)
    [alarm, muted] = capsys.readouterr().out.splitlines()
    assert alarm.endswith("; muted")
    assert muted.endswith(f"DeviceFault by {person()}: known since the morning")
    unmute("DeviceFault", data=data.top)
    assert newest(data).payload == AlarmUnmuted(name="DeviceFault", who=person(), why="")
    with pytest.raises(AlarmNotMuted):
        unmute("DeviceFault", data=data.top)


@pytest.mark.parametrize(
    ("name", "hint"), [("DeviceFalt", "did you mean 'DeviceFault'"), ("x", "alarm list")]
)
def test_a_name_that_no_violation_has_is_not_muted(data: DataFolder, name: str, hint: str) -> None:
    with pytest.raises(ViolationUnknown, match=hint):
        mute(name, duration="30m", why="known", data=data.top)
    assert isinstance(newest(data).payload, ViolationDetected)


def test_nothing_is_muted_for_more_than_a_week(data: DataFolder) -> None:
    with pytest.raises(MuteTooLong):
        mute("DeviceFault", duration="8d", why="holidays", data=data.top)


@pytest.mark.parametrize("text", ["", "30", "m", "-3m", "0s", "1.5h", "3 weeks"])
def test_a_time_span_is_a_number_and_a_unit(text: str) -> None:
    with pytest.raises(DurationInvalid, match="30m"):
        duration_us(text)


def test_time_spans() -> None:
    assert [duration_us(text) for text in ("90s", "30m", "2 h", "1d")] == [
        90_000_000,
        1_800_000_000,
        7_200_000_000,
        86_400_000_000,
    ]
