"""Why something happened, and what followed."""

from __future__ import annotations

from itertools import pairwise

import msgspec

from replay.causes import began_with, effects, why
from replay.night import ReplayedNight
from tests.replay.conftest import log_of
from tomoe_es.events import camera, monitor, telescope, weather
from tomoe_es.events.envelope import Recorded


def last_of(events: list[Recorded], kind: type) -> Recorded:
    return [each for each in events if isinstance(each.payload, kind)][-1]


def rain_closes(events: list[Recorded]) -> Recorded:
    return next(
        each
        for each in events
        if isinstance(each.payload, telescope.DomeSlitCommanded) and each.actor == "weather watch"
    )


def test_a_closing_slit_goes_back_to_the_rain_that_was_read(
    night: ReplayedNight, events: list[Recorded]
) -> None:
    causes = why(night, rain_closes(events).position)

    first = began_with(causes).payload
    assert isinstance(first, weather.WeatherRead)
    assert first.rain
    assert [each.event.cause for each in causes[:-1]] == [each.event.position for each in causes[1:]]
    assert all(each.gap_us >= 0 for each in causes)


def test_an_exposure_tells_the_recipe_that_asked_for_it(night: ReplayedNight, events: list[Recorded]) -> None:
    requested = last_of(events, camera.ExposureRequested)

    relations = {each.event.position: each.relation for each in why(night, requested.position)}

    assert relations[requested.correlation] == "recipe"


def test_a_violation_tells_its_evidence(events: list[Recorded]) -> None:
    slit = rain_closes(events)
    violation = monitor.ViolationDetected(
        name="Example", thing="dome_slit", severity="notice", message="", evidence=[slit.position, 5],
        chain=[], needs_acknowledgement=False,
    )  # fmt: skip
    found = Recorded(
        len(events) + 1, "monitor", 1, events[-1].time, 0, slit.position, 0, "monitor", violation
    )
    night = ReplayedNight(log_of([*events, found]))

    relations = {each.event.position: each.relation for each in why(night, found.position)}

    assert relations[slit.position] == "cause"
    assert relations[5] == "evidence"


def test_a_long_chain_keeps_its_two_ends() -> None:
    payload = weather.SkyBecameClear(sky_temperature_c=-30.0)
    start = 1_702_371_600_000_000
    chain = [Recorded(n, "weather", n, start + n, 0, n - 1, 0, "", payload) for n in range(1, 301)]

    causes = why(ReplayedNight(log_of(chain)), 300, longest=20)

    assert (causes[0].event.position, causes[-1].event.position) == (300, 1)
    assert len(causes) == 20
    assert sum(each.left_out for each in causes) == 280
    assert began_with(causes).position == 1


def test_effects_are_all_that_lead_back_to_it(night: ReplayedNight, events: list[Recorded]) -> None:
    root = last_of(events, camera.ExposureRequested).position
    below = {root}
    for each in events[root:]:
        if each.cause in below:
            below.add(each.position)

    found = effects(night, root)

    assert {each.event.position for each in found} == below
    assert len(found) == len(below) > 5
    for one, other in pairwise(found):
        assert other.depth <= one.depth + 1


def test_an_event_without_consequences_has_no_effects(night: ReplayedNight, events: list[Recorded]) -> None:
    [only] = effects(night, events[-1].position)
    assert only.event == events[-1]
    assert msgspec.json.encode(only)
