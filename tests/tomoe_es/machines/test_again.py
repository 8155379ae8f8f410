"""A past night that is judged again has the violations that the live monitor recorded, and no others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.simulator.devices.faults import FAULT_KINDS
from tests.tomoe_es.control.observatory import Observatory, copy_log, plan, survey
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationCleared, ViolationDetected
from tomoe_es.events.telescope import TelescopeLockSet
from tomoe_es.machines import monitor
from tomoe_es.machines.deadlines import DEADLINES
from tomoe_es.machines.judging.again import compare
from tomoe_es.machines.monitor import MonitorState

DEVICES = ("mount", "dome_slit", "dome_rotation", "mirror_cover", "focus", "camera", "weather")
Opener = Callable[..., Observatory]
Fault = tuple[str, str, str, str]


def run(night: Observatory, *faults: Fault) -> list[str]:
    """Run a night with faults as far as it goes; returns the names of its violations, once each."""
    for fault in faults:
        night.fault(*fault)  # type: ignore[arg-type]
    night.start(survey(2), survey(2, at="16:57"))
    with suppress(AssertionError):  # with some faults it never ends: what it did is judged all the same
        for _ in range(20_000):
            if night.over():
                break
            night.clock.step()
    return list(dict.fromkeys(each.name for each in night.told(ViolationDetected)))


def assert_same(night: Observatory) -> None:
    compared = compare(night.all())
    assert (compared.only_live, compared.only_again) == ([], [])
    assert compared.equal == len(night.told(ViolationDetected, ViolationCleared))


@pytest.mark.parametrize("script", ["clear", "clouds", "rain", "wind"])
def test_a_night_without_faults_has_no_violation(script: str, observatory: Opener) -> None:
    night = observatory(plan(script=script))
    assert run(night) == []
    assert_same(night)


NAMED = {
    ("dome_slit", "fail", "16:53", "16:59"): ["DeviceFault"],
    ("dome_slit", "freeze", "16:46", "16:50"): ["ExposureWithoutCalibration"],  # no flat was possible
    ("dome_slit", "lie", "16:46", "17:10"): ["MovedWithoutCommand"],
    ("mirror_cover", "freeze", "16:46", "16:50"): ["CoverDidNotOpen", "ExposureWithoutCalibration"],
    ("mount", "freeze", "16:52", "16:58"): ["MountDidNotSlew"],
    ("mount", "fail", "16:52", "16:58"): ["DeviceFault"],
    ("mount", "drop", "16:54", "16:56"): ["DeviceUnreachable"],
    ("dome_rotation", "freeze", "16:52", "16:58"): ["DomeDidNotTurn"],
    ("dome_rotation", "fail", "16:52", "16:58"): ["DeviceFault"],
    ("camera", "fail", "16:52", "16:55"): ["DeviceFault"],
    ("camera", "freeze", "16:52", "16:55"): ["ExposureNotStarted"],
    ("camera", "lie", "16:52", "16:55"): ["CubeLost"],
    ("weather", "drop", "16:52", "16:56"): ["WeatherNotKnown"],
    ("weather", "freeze", "16:52", "16:56"): ["WeatherNotKnown"],
}


@pytest.mark.parametrize("fault", NAMED, ids=lambda fault: "-".join(fault[:2]))
def test_a_fault_is_told_by_its_name_and_no_wrong_one(fault: Fault, observatory: Opener) -> None:
    night = observatory(plan(end="17:12"))
    assert run(night, fault) == NAMED[fault]
    assert_same(night)


FAULTS = st.tuples(
    st.sampled_from(DEVICES),
    st.sampled_from(FAULT_KINDS),
    st.sampled_from(["16:37", "16:40", "16:46", "16:50", "16:52", "16:55", "17:00"]),
    st.sampled_from(["17:02", "17:05", "17:30"]),
)


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(FAULTS, min_size=1, max_size=4), script=st.sampled_from(["clear", "clouds", "rain"]))
def test_any_night_is_judged_again_as_it_was_live(
    faults: list[Fault], script: str, observatory: Opener
) -> None:
    night = observatory(plan(end="17:12", script=script))
    run(night, *faults)
    assert_same(night)


def test_a_night_that_was_cut_off_and_resumed(observatory: Opener, tmp_path: Path) -> None:
    # given a night that was killed in the middle of an exposure, and resumed
    before = observatory(plan(end="17:12"))
    before.fault("focus", "fail", "16:50", "16:52")
    before.start(survey(2), survey(2, at="16:57"))
    before.run_until("16:54:03")
    copy_log(before.all(), tmp_path / "again")
    again = observatory(plan(end="17:12"), folder="again")
    # when
    again.resume()
    again.run_to_end()
    # then
    assert_same(again)


def test_a_stranger_at_the_telescope_is_told(observatory: Opener) -> None:
    night = observatory(plan())
    night.start_observing()
    night.submit(survey(2))
    night.run_for(60)
    night.record(TelescopeLockSet(who="K. Sato", why="people in the dome"))
    names = {each.name for each in night.told(ViolationDetected)}
    assert "CommandPastQueue" in names  # the test itself opened slit and cover
    assert_same(night)


def test_a_difference_is_told_by_line(observatory: Opener) -> None:
    # given a log from which a violation was left out, and to which a wrong one was added
    night = observatory(plan(end="17:12"))
    run(night, ("mount", "fail", "16:52", "16:58"))
    events = night.all()
    [told, *_] = [each for each in events if isinstance(each.payload, ViolationDetected)]
    others = [each for each in events if each is not told]
    # when
    compared = compare(others)
    # then
    assert [line.name for line in compared.only_again] == ["DeviceFault"]
    assert compared.only_live == []


def test_one_night_of_several(observatory: Opener) -> None:
    night = observatory(plan(end="17:12"))
    run(night, ("mount", "fail", "16:52", "16:58"))
    events = night.all()
    assert compare(events, "2023-12-12").equal == 2
    assert compare(events, "2023-12-13").nights == 0


def test_what_the_monitor_remembers_survives_a_snapshot(observatory: Opener) -> None:
    night = observatory(plan(end="17:12"))
    run(night, ("mount", "freeze", "16:52", "16:58"))
    state = folded(night)
    content = msgspec.msgpack.encode(state)
    assert msgspec.msgpack.decode(content, type=MonitorState) == state


def test_nothing_of_a_night_is_remembered_after_the_next_one_is_planned(observatory: Opener) -> None:
    # given a night in which something was overdue to its end
    night = observatory(plan(end="17:12"))
    run(night, ("mount", "freeze", "16:52", None), ("camera", "lie", "16:52", "16:53"))  # type: ignore[arg-type]
    state = folded(night)
    assert state.judged.causes.packed
    # when the next night is planned
    head, last = night.log.head(), night.all()[-1].time
    planned = plan(night="2023-12-13")
    state = monitor.evolve(state, Recorded(head + 1, planned.stream(), 1, last, 0, 0, 0, "", planned))
    # then
    judged = state.judged
    assert {key for running in judged.running.values() for key in running} == {"2023-12-13"}
    assert judged.machines["night"].at == {"2023-12-13": ("planned", head + 1)}
    assert not [name for name in judged.told if name in DEADLINES]
    assert not judged.known.calibrations
    assert (judged.causes.packed, judged.causes.recent) == (b"", [0])
    for name in ("exposure", "chip_cube", "recipe", "worker"):
        assert len(judged.machines[name].at) <= 2  # at most what the frozen mount kept from its end


def folded(night: Observatory) -> MonitorState:
    state = monitor.initial()
    for recorded in night.all():
        state = monitor.evolve(state, recorded)
    return state
