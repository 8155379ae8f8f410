"""A scan judges what may have changed, and finds what judging the whole condition at every event finds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from replay.breakpoints import first_hit, hits
from replay.condition_terms import Moment
from replay.conditions import Condition, condition
from replay.folds import state_folds
from replay.ladder import Folding
from replay.night import ReplayedNight
from tests.replay.conftest import log_of
from tomoe_es.events.envelope import Recorded

SIMPLE = (
    "dome.slit == 'closed'",
    "camera == 'exposing'",
    "mount != 'parked'",
    "exposure[2] == 'finished'",
    "control.execution != None",
    "control.weather.safe",
    "control.last_exposure_number >= 2",
    "len(control.queue) > 0",
    "len(reduction.leased) > 1",
    "len(buffer.cubes) > 2",
    "control.hardware.read_at['mount'] > control.hardware.read_at['weather']",
    "control.last_exposure_number < 2",
    "1 == 1",
    "event.type == 'OperationCompleted'",
    "event.type in ('ExposureFinished', 'WeatherRead')",
    "event.actor == 'executor'",
    "event.position > 100",
)
conditions = st.recursive(
    st.sampled_from(SIMPLE),
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=5,
)


def judged_at_every_event(events: list[Recorded], checked: Condition, after: int) -> list[int]:
    """Positions after `after` at which the condition comes to hold, from the first event and all states."""
    folding, found, held = Folding(state_folds()), list[int](), False
    for recorded in events:
        folding.take_in(recorded)
        holds = checked.holds(_moment(folding, recorded))
        if recorded.position > after and holds and (checked.looks_at_event or not held):
            found.append(recorded.position)
        held = holds
    return found


def _moment(folding: Folding, recorded: Recorded) -> Moment:
    states = folding.states()
    return Moment(states, states["monitor"].judged.machines, recorded)


@settings(max_examples=60, deadline=None)
@given(text=conditions, part=st.floats(0, 1), has_copies=st.booleans())
def test_a_scan_finds_what_judging_at_every_event_finds(
    text: str, part: float, has_copies: bool, events: list[Recorded]
) -> None:
    night, checked, after = ReplayedNight(log_of(events)), condition(text), int(part * len(events))
    if has_copies:
        night.states(night.last)

    assert [each.position for each in hits(night, checked, after)] == judged_at_every_event(
        events, checked, after
    )
    first = next(iter(judged_at_every_event(events, checked, 0)), None)
    found = first_hit(night, checked).event
    assert (found.position if found is not None else None) == first
