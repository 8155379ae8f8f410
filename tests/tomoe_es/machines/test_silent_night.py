"""While the night's process is silent nobody records what the devices say: that is no departure of theirs."""

from __future__ import annotations

from tests.tomoe_es.machines.making import make
from tests.tomoe_es.machines.rules.moments import (
    ABORT,
    ABORTED,
    EXPOSING,
    Moment,
    cover,
    mount,
    night,
    order,
    phase,
    power,
    recorded,
    slit,
    weather,
)
from tomoe_es.events import queue, safety, system, telescope
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.machines.judging import steps
from tomoe_es.machines.norms import declared

OPEN_AT_NIGHT: tuple[Moment, ...] = (
    *((0, night()), (0, phase("observing")), (1, weather()), (1, power("mains")), (2, slit("open"))),
    (12, make(safety.ProcessFellSilent, process="night")),
)
CLOSED_BY_GUARDIAN: tuple[Moment, ...] = (
    *((13, order("dome_slit", "close"), "guardian"), (13, order("mirror_cover", "close"), "guardian")),
    (53, make(safety.TelescopeMadeSafe, by="guardian", seconds=40.0)),
)
RESUMED: tuple[Moment, ...] = (
    *((250, make(system.NightResumed)), (251, weather()), (251, power("mains")), (252, slit("closed"))),
)


def names(*moments: Moment) -> list[str]:
    """Violations of rules and deadlines."""
    judged = steps.initial()
    found = [each for event in recorded(moments) for each in steps.judge(judged, event)]
    told = [each.name for each in found if isinstance(each, ViolationDetected)]
    return [each for each in told if declared()[each].kind in ("rule", "deadline")]


def test_what_the_guardian_closed_is_closed_though_no_reading_says_so() -> None:
    assert names(*OPEN_AT_NIGHT, *CLOSED_BY_GUARDIAN, *RESUMED) == ["ProcessSilent"]


def test_what_the_guardian_could_not_close_is_told() -> None:
    not_closed = [each for each in CLOSED_BY_GUARDIAN if each[0] == 13]

    told = names(*OPEN_AT_NIGHT, *not_closed, *RESUMED)

    assert set(told) == {"ProcessSilent", "SlitDidNotClose", "CoverDidNotClose"}


def test_a_process_that_goes_on_has_its_time_to_read_the_weather() -> None:
    again = (200, make(safety.ProcessHeardAgain, process="night"))

    assert names(*OPEN_AT_NIGHT, *CLOSED_BY_GUARDIAN, again, (270, slit("closed"))) == ["ProcessSilent"]
    assert "WeatherNotKnown" in names(*OPEN_AT_NIGHT, *CLOSED_BY_GUARDIAN, again, (276, slit("closed")))


def test_the_silence_of_another_process_excuses_nothing() -> None:
    projector = (12, make(safety.ProcessFellSilent, process="projector"))

    told = names(*OPEN_AT_NIGHT[:-1], projector, (190, slit("open")))

    assert {"DomeOpenInUnsafeWeather", "WeatherNotKnown"} <= set(told)


def test_a_device_in_its_fault_state_is_one_violation_when_the_exposure_is_broken_off() -> None:
    """Its name is DeviceFault, which the machines tell; the exposure that it spoils is being aborted."""
    broken = [(30, slit("fault")), (30, mount("fault")), (30, cover("fault"))]

    assert names(*EXPOSING, *broken, (30, ABORT), (30, ABORTED), (60, weather())) == []
    assert {"TargetBehindClosedSlit", "ExposingBeforeSettled", "MirrorCoverClosedWhileExposing"} <= set(
        names(*EXPOSING, *broken, (36, weather()))
    )


def test_told_to_close_before_it_was_open_it_need_not_open() -> None:
    turned_round = (
        *((0, night()), (0, weather()), (1, slit("closed")), (2, order("dome_slit", "open"))),
        *((12, order("dome_slit", "close"), "weather watch"), (22, slit("closed"))),
    )

    told = names(*turned_round, *((n, weather(wind_speed_m_s=n)) for n in range(30, 300, 30)))

    assert "SlitDidNotOpen" not in told


def test_observing_that_waits_for_room_on_the_buffer_keeps_the_dome_open() -> None:
    full = make(queue.ObservingSuspended, reasons=["the buffer storage has no room for another exposure"])

    told = names((0, weather()), (1, slit("open")), (2, full), (182, weather(wind_speed_m_s=3)))

    assert "SlitOpenAfterSuspension" not in told


def test_a_power_supply_that_does_not_answer_has_a_name() -> None:
    gone = make(telescope.DeviceUnreachable, device="power", message="cut off")

    assert names(*OPEN_AT_NIGHT[:5], (20, gone)) == ["PowerNotKnown"]
