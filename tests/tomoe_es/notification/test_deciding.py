"""What is told, when, and what is asked of a channel next: decided from the log alone."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.projections.night_story import START, Story
from tests.projections.test_alarms import acknowledged, cleared, violated
from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import AlarmMuted, AlarmUnmuted, ErrorRaised
from tomoe_es.events.notification import NotificationDeliveryFailed, NotificationQueued
from tomoe_es.events.safety import MakingSafeBegun, MakingSafeOverdue, TelescopeMadeSafe
from tomoe_es.events.system import (
    NightPhaseEntered,
    NightPlanned,
    NightResumed,
    ProcessStarted,
    ProcessStopped,
)
from tomoe_es.events.weather import WeatherBecameSafe, WeatherBecameUnsafe
from tomoe_es.notification import deciding, evolution
from tomoe_es.notification.state import Notifications

STARTED = ProcessStarted(process="notifier", pid=1, host="kiso")
PLAN = next(event for _, event in Story().evening() if isinstance(event, NightPlanned))
NIGHT = PLAN.night


class Teller:
    """Folds events, each a second after the one before; what is due is queued, as the notifier does."""

    def __init__(self) -> None:
        self.state: Notifications = evolution.initial()
        self.position, self.now = 0, START
        self.checkpoint = ""
        self.queued: list[NotificationQueued] = []
        self.happens(STARTED)

    def happens(self, event: Event, after_seconds: float = 1.0) -> int:
        self.position, self.now = self.position + 1, self.now + round(after_seconds * SECOND)
        recorded = Recorded(self.position, event.stream(), 1, self.now, 0, 0, 0, "", event)
        evolution.evolve(self.state, recorded)
        return self.position

    def tells(self, *, ending: bool = False) -> list[str]:
        """The texts that are due now."""
        found = deciding.due(self.state, self.now, ["slack"], ending=ending, checkpoint=self.checkpoint)
        for queued in found:
            self.queued.append(queued)
            self.happens(queued, 0.0)
        return [queued.text for queued in found]


def texts(*events: Event) -> list[str]:
    teller, told = Teller(), list[str]()
    for event in events:
        teller.happens(event)
        told += teller.tells()
    return told


def test_a_violation_is_told_at_once_with_time_thing_and_what_to_do() -> None:
    [text] = texts(violated(thing="mount"))
    assert text == (
        "SERIOUS DeviceFault: mount fails. 16:40:02 JST (07:40:02 UTC). To do: look at the device on site; "
        "it is normal again when its reading says so. tomoe alarm show 2"
    )


def test_an_exception_that_nobody_foresaw_is_told_as_critical() -> None:
    error = ErrorRaised(
        process="night", condition="KeyError", message="'x'", where="a.py:1", understood=False
    )
    assert texts(error) == []  # its violation is what is told
    [text] = texts(violated("UnfamiliarError", "process/night", "critical"))
    assert text.startswith("*** CRITICAL *** UnfamiliarError: process/night fails.")
    assert "see by the devices' readings that the telescope is safe" in text


def test_the_rest_of_a_burst_is_one_line_when_it_is_over() -> None:
    teller = Teller()
    for number in range(84):
        teller.happens(violated(thing=f"chip/{number}"), 0.01)
        assert len(teller.tells()) == (number == 0)
    teller.now += MINUTE - SECOND
    assert teller.tells() == []
    teller.now += SECOND
    [text] = teller.tells()
    assert text.startswith("SERIOUS DeviceFault: 83 more, 84 in all since ")


def test_a_burst_that_goes_on_is_told_each_minute() -> None:
    teller, told = Teller(), []
    for _ in range(150):
        teller.happens(violated())
        told += teller.tells()
    assert [text.split(",")[0].split(": ")[1] for text in told[1:]] == ["60 more", "60 more"]


def test_after_a_minute_of_quiet_another_burst_begins() -> None:
    teller = Teller()
    teller.happens(violated())
    assert len(teller.tells()) == 1
    teller.happens(violated(), 61)
    [text] = teller.tells()
    assert "more" not in text


def test_names_do_not_hide_each_other() -> None:
    assert len(texts(violated("A"), violated("B"), violated("A"), violated("C"))) == 3


def test_a_recovery_is_told_of_what_was_told() -> None:
    detected = 2
    assert texts(violated(), cleared(detected))[1] == (
        "Over: DeviceFault of mount: well again. 16:40:03 JST (07:40:03 UTC)"
    )
    assert texts(cleared(77)) == []


def test_a_muted_name_is_not_told_until_its_time_is_over_or_it_is_unmuted() -> None:
    muted = AlarmMuted(name="DeviceFault", until_us=START + MINUTE, who="M. Tanaka", why="known")
    assert texts(muted, violated(), cleared(3)) == []
    assert len(texts(muted, violated("Other"))) == 1
    assert len(texts(muted, AlarmUnmuted(name="DeviceFault", who="M. Tanaka", why=""), violated())) == 1
    teller = Teller()
    teller.happens(muted)
    teller.happens(violated(), 60)
    assert len(teller.tells()) == 1


def test_a_night_begins_and_ends_with_its_summary() -> None:
    story = Story()
    night = [event for _, event in story.evening()]
    night += [event for _, event in story.submitted(1, 2)]
    teller, told = Teller(), []
    for event in (
        *night,
        violated(),
        NightPhaseEntered(night=NIGHT, phase="ended", reason="parked"),
        ProcessStopped(process="night", pid=1, reason="the night has ended"),
    ):
        teller.happens(event, 0.0)
        told += teller.tells()
    begin, _, end = told
    assert begin == (
        "The simulated night 2023-12-12 begins: 2 chips, observing from 18:20:00 JST (09:20:00 UTC) to "
        "04:20:00 JST (19:20:00 UTC)"
    )
    assert end == (
        "The night 2023-12-12 has ended: 0 recipes done, 0 cancelled, 0 exposures, 0 products archived, "
        "0 rejected; violations: DeviceFault 1. 16:40:01 JST (07:40:01 UTC)"
    )


def test_the_end_of_a_night_and_nothing_else_carries_the_logs_checkpoint() -> None:
    teller, told = Teller(), []
    teller.checkpoint = "kiso.example/log\n3411\nroot\n\n— kiso.example/log signature\n"
    for event in (
        PLAN,
        violated(),
        NightPhaseEntered(night=NIGHT, phase="ended", reason="parked"),
        ProcessStopped(process="night", pid=1, reason="the night has ended"),
    ):
        teller.happens(event)
        carries = deciding.carries_checkpoint(teller.state)
        told += [(carries, text) for text in teller.tells()]
    assert [carries for carries, _ in told] == [False, False, True]
    assert told[-1][1].endswith(f":\n```\n{teller.checkpoint}```")
    assert [teller.checkpoint in text for _, text in told] == [False, False, True]


def test_a_night_that_breaks_off_is_loud_and_one_that_is_taken_up_again_is_told() -> None:
    broken = ProcessStopped(process="night", pid=1, reason="KeyError: 'x'")
    resumed = NightResumed(night=NIGHT, last_position=9, last_time_us=START)
    _, loud, again = texts(PLAN, broken, resumed)
    assert loud.startswith("SERIOUS The night 2023-12-12 broke off: KeyError: 'x'.")
    assert again.startswith("Warning The night 2023-12-12 is taken up again.")


def test_the_end_of_another_process_is_no_end_of_the_night() -> None:
    assert texts(PLAN, ProcessStopped(process="projector", pid=1, reason="it died"))[1:] == []


def test_weather_is_told_when_it_becomes_unsafe_and_when_it_is_safe_again() -> None:
    first_safe = WeatherBecameSafe(since_us=START)
    unsafe = WeatherBecameUnsafe(reasons=["rain"])
    assert texts(first_safe) == []
    assert texts(first_safe, unsafe, unsafe, first_safe) == [
        "Weather unsafe: rain. The telescope closes. 16:40:03 JST (07:40:03 UTC)",
        "Weather safe again. 16:40:05 JST (07:40:05 UTC)",
    ]


def test_an_emergency_is_told_loudest_and_so_is_one_that_does_not_hold() -> None:
    begun = MakingSafeBegun(by="emergency", who="M. Tanaka", reasons=["smoke"], begun_us=START)
    overdue = MakingSafeOverdue(by="emergency", not_safe=["dome_slit: open"], attempts=3)
    safe = TelescopeMadeSafe(by="emergency", seconds=12.4, attempts=4)
    first, second, last = texts(begun, overdue, safe)
    assert first.startswith(
        "*** EMERGENCY *** The emergency closes cover and dome and parks the mount: smoke"
    )
    assert second.startswith("*** EMERGENCY *** NOT SAFE after 3 attempts: dome_slit: open.")
    assert last.startswith("The telescope is safe by its sensors, after 12 s.")


def test_what_happened_before_the_first_notifier_is_not_told() -> None:
    teller = Teller()
    teller.state = evolution.initial()
    teller.happens(violated())
    teller.happens(STARTED)
    assert teller.tells(ending=True) == []


def test_a_later_notifier_tells_what_happened_meanwhile() -> None:
    teller = Teller()
    teller.happens(violated())
    teller.happens(STARTED)
    assert len(teller.tells()) == 1


def test_the_same_thing_told_has_the_same_id() -> None:
    ids = []
    for _ in range(2):
        teller = Teller()
        teller.happens(violated())
        teller.tells()
        ids.append(teller.queued[0].notification_id)
    assert ids[0] == ids[1]


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.floats(0, 90), st.booleans()), max_size=30))
def test_each_violation_is_told_exactly_once(steps: Sequence[tuple[str, float, bool]]) -> None:
    """Whenever the notifier looks: each is in one notification, and the first of a burst comes alone."""
    teller, detected = Teller(), []
    for name, after_seconds, looks in steps:
        detected.append(teller.happens(violated(name), after_seconds))
        if looks:
            teller.tells()
    while teller.tells(ending=True):
        pass
    told = [position for queued in teller.queued for position in queued.about]
    assert sorted(told) == detected
    assert len({queued.notification_id for queued in teller.queued}) == len(teller.queued)


def test_the_recovery_of_a_critical_violation_is_told_though_it_waits_to_be_acknowledged() -> None:
    critical = violated("DomeOpenInUnsafeWeather", "dome_slit", "critical", ack=True)
    _, over = texts(critical, cleared(2, "DomeOpenInUnsafeWeather"))
    assert over.startswith("Over: DomeOpenInUnsafeWeather of ")


def test_a_danger_that_began_while_muted_is_told_when_the_mute_ends() -> None:
    muted = AlarmMuted(name="SlitDidNotClose", until_us=START + MINUTE, who="M. Tanaka", why="known")
    critical = violated("SlitDidNotClose", "dome_slit", "critical", ack=True)
    teller = Teller()
    teller.happens(muted)
    detected = teller.happens(critical)
    assert teller.tells(ending=True) == []
    teller.now = START + MINUTE
    [text] = teller.tells()
    assert text.startswith(
        "No longer muted, and not over: *** CRITICAL *** SlitDidNotClose: dome_slit fails."
    )
    assert teller.tells() == []
    teller.happens(cleared(detected, "SlitDidNotClose"))
    assert len(teller.tells()) == 1, "its recovery"
    unmuted = AlarmUnmuted(name="SlitDidNotClose", who="M. Tanaka", why="")
    assert len(texts(muted, critical, critical, unmuted)) == 1
    assert texts(muted, critical, acknowledged(3, "SlitDidNotClose"), unmuted) == []
    assert texts(muted, critical, cleared(3, "SlitDidNotClose"), unmuted) == []


def test_what_happened_while_muted_and_is_over_is_not_told_afterwards() -> None:
    muted = AlarmMuted(name="CubeLost", until_us=START + MINUTE, who="M. Tanaka", why="known")
    unmuted = AlarmUnmuted(name="CubeLost", who="M. Tanaka", why="")
    assert texts(muted, violated("CubeLost"), unmuted) == []


def test_a_channel_tries_critical_ones_first_then_what_it_has_tried_least() -> None:
    teller = Teller()
    for name, severity in (("A", "serious"), ("B", "serious"), ("C", "critical")):
        teller.happens(violated(name, severity=severity))  # type: ignore[arg-type]
        teller.tells()
    first, second, critical = teller.queued
    order = []
    for retry in (False, True, True, True):
        queued = deciding.next_for(teller.state, "slack")
        assert queued is not None
        order.append(queued.notification_id)
        teller.happens(
            NotificationDeliveryFailed(
                notification_id=queued.notification_id,
                channel="slack",
                attempt=deciding.attempt_of(queued, "slack"),
                message="no",
                retry=retry,
                perhaps_delivered=False,
            )
        )
    ids = [each.notification_id for each in (critical, first, second, first)]
    assert order == ids
