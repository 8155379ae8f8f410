"""The language of conditions: what it says, what it refuses, and that nothing in it is run."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from replay.breakpoints import first_hit, hits, last_hits, moment, next_hit
from replay.conditions import condition
from replay.errors import ConditionInvalid
from replay.never import not_found
from replay.night import ReplayedNight
from tests.projections.memory_log import MemoryLog
from tests.replay.conftest import log_of
from tests.tomoe_es.control.observatory import jst
from tomoe_es.clock import DAY
from tomoe_es.events import EVENT_TYPES
from tomoe_es.events.envelope import Draft, Recorded

CLOSED_UNDER_RAIN = "dome.slit == 'closing' and not control.weather.safe"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("dome.slt == 'x'", "did you mean 'dome.slit'"),
        ("dome_slit == 'closd'", "did you mean 'closed'"),
        ("control.hardwar.mount", "did you mean 'hardware'"),
        ("control.hardware.mount.state == 'trakcing'", "did you mean 'tracking'"),
        ("event.type == 'RecipeCanceled'", "did you mean 'RecipeCancelled'"),
        ("event.exposure_numbr > 3", "did you mean 'exposure_number'"),
        ("event.type in 5", "nothing is in 5: write several"),
        ("event.type in None", "nothing is in None: write several"),
        ("dome.slit == 5", "dome.slit is never 5: known are: closed"),
        ("control.last_exposure_number == '3'", "is a number, or True or False, and never '3'"),
        ("event.data_type == 'X'", "event.data_type is never 'X': known are: "),
        (
            "event.type == 'ExposureRequested' and event.data_type == 'X'",
            "event.data_type is never 'X': known are: ",
        ),
        (
            "event.type == 'FieldsUnsolved' and event.chips > 'many'",
            "event.chips is a number, or True or False, and never 'many'",
        ),
        ("event.given_up == 'yes'", "event.given_up is True or False, and never 'yes'"),
        ("event.given_up == 3", "event.given_up is True or False, and never 3"),
        ("event.stage_seconds['stack'] > 'long'", "is a number, or True or False, and never 'long'"),
        ("event.type == 'DomeSlitRead' and event.state == 'tracking'", "event.state is never 'tracking'"),
        ("event.stream > 3", "is a text, and never 3: compare it with a text"),
        ("event.position in ('7', 8)", "event.position is a number, or True or False, and never '7'"),
        (
            "dome.slit == 'open' and dome.slit == 'closed'",
            r"dome.slit is never both 'open' and 'closed': write dome.slit in \('open', 'closed'\)",
        ),
        (
            "event.type in ('DomeSlitRead',) and event.type == 'MountRead'",
            r"no event is of two types: write event.type in \(...\)",
        ),
        (
            "event.type == 'DomeSlitRead' and event.altitude_deg > 3",
            "no DomeSlitRead has a 'altitude_deg': known are: ",
        ),
        ("recipe == 'started'", r"more than one recipe: write recipe\[...\]"),
        ("__import__('os').system('true')", "no form of a condition"),
        ("open('/etc/passwd')", r"there is no open\(...\)"),
        ("(lambda: 1)()", "no form of a condition"),
        ("[each for each in control.queue]", "no form of a condition"),
        ("control.__class__ == 1", "has no '__class__'"),
        ("event.__class__ == 1", "no event has a '__class__'"),
        ("2 ** 9999999 > 1", "no form of a condition"),
        ("f'{control}'", "no form of a condition"),
        ("(x := 1)", "no form of a condition"),
        ("dome.slit = 'closed'", "can't be read"),
        ("dome.slit ==", "can't be read"),
        ("", "can't be read"),
        ("1 and " * 300 + "1", "characters"),
        ("control.last_exposure_number[0]", "holds nothing"),
        ("control.last_exposure_number.x", "no parts with names"),
    ],
)
def test_what_is_no_condition_is_told_before_it_runs(text: str, told: str) -> None:
    with pytest.raises(ConditionInvalid, match=told):
        condition(text)


@given(st.text(max_size=60))
@example("\x00")
@example("(" * 500)
@example("a" + ".b" * 400)
def test_any_text_is_a_condition_or_is_told(text: str) -> None:
    try:
        checked = condition(text)
    except ConditionInvalid:
        return
    assert checked.text == text


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("event.position == 40", True),
        ("event.position in (39, 41)", False),
        ("event.position in [40] and not False", True),
        ("1 < event.position <= 40", True),
        ("event.position * 2 + 1 == 81", True),
        ("event.position / 0 == 1", False),
        (f"event.position / 2 + {10**400} > 1", False),
        ("-1 < 0", True),
        ("'a' * 1000000000 == 'b'", False),
        ("control.night.phase in ('', 'starting_up')", True),
        ("control.hardware.read_at['mount'] > 0", True),
        ("control.hardware.read_at['nothing'] > 0", False),
        ("control.suspended[0] == 'clouds'", False),
        ("event.frame_id == None", True),
        ("event.state == 'tracking' or event.position == 40", True),
        ("event.given_up == 1 or event.exposure_number in (1, 2.5)", False),
        ("len(control.recipes) > 0", True),
        ("len(event.position) > 0", False),
        ("event.frame_id < 'x'", False),
        ("chip_cube['TMQ'] == 'new'", True),
        ("night['2023-12-12'] != 'unplanned'", True),
        ("event.time > at('16:00') and event.time < at('07:59 UTC')", True),
        ("mount == 'parked' or dome.temperature == 'x'", None),
    ],
)
def test_what_a_condition_says(text: str, holds: bool | None, night: ReplayedNight) -> None:
    def at(time: str) -> int:
        return jst(time) if "UTC" not in time else jst("16:59")

    if holds is None:
        with pytest.raises(ConditionInvalid, match=r"nothing is called 'dome\.temperature'"):
            condition(text, at)
        return
    assert condition(text, at).holds(moment(night, 40)) is holds


CONDITIONS = [
    CLOSED_UNDER_RAIN,
    "dome.slit == 'closed' and camera == 'exposing'",
    "control.execution != None",
    "len(reduction.leased) > 0 or len(buffer.cubes) > 2",
    "control.last_exposure_number >= 2",
    "exposure[2] == 'finished'",
]


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_breakpoint_is_met_wherever_the_condition_comes_to_hold(text: str, night: ReplayedNight) -> None:
    checked = condition(text)
    held = [checked.holds(moment(night, position)) for position in range(1, night.last + 1)]
    expected = [
        position
        for position, (before, now) in enumerate(zip([False, *held], held, strict=False), 1)
        if now and not before
    ]

    assert [each.position for each in hits(night, checked)] == expected
    assert expected, "a condition that never holds shows nothing"

    middle = expected[len(expected) // 2]
    following = next_hit(night, checked, middle)
    previous = last_hits(night, checked, middle, 2)
    assert (following.position if following else None) == next((e for e in expected if e > middle), None)
    assert [each.position for each in previous] == [e for e in expected[::-1] if e < middle][:2]


def test_a_scan_that_is_not_wanted_any_more_ends_also_where_nothing_is_hit(night: ReplayedNight) -> None:
    asked = iter([True] * 9 + [False])

    assert list(hits(night, condition("event.position < 0"), is_wanted=lambda: next(asked))) == []
    assert next(asked, None) is None


def test_one_that_looks_at_the_event_is_met_at_each(night: ReplayedNight) -> None:
    checked = condition("event.type == 'OperationFailed' or event.actor == 'weather watch'")
    met = [each.position for each in hits(night, checked)]
    assert met == [each.position for each in night.events() if each.actor == "weather watch"]


def test_one_type_in_brackets_without_a_comma_is_met_all_the_same(night: ReplayedNight) -> None:
    same = ("event.type in ('ExposureStarted')", "event.type == 'ExposureStarted'")
    met, expected = ([each.position for each in hits(night, condition(text))] for text in same)
    assert met == expected != []


@pytest.mark.parametrize("text", CONDITIONS)
def test_scanning_finds_the_first(text: str, night: ReplayedNight) -> None:
    checked = condition(text)
    found = first_hit(night, checked)

    assert found.event == next(hits(night, checked), None)
    assert ("halves" in found.how) is (text == "control.last_exposure_number >= 2")


def test_what_is_declared_to_hold_for_ever_is_searched_by_halves(night: ReplayedNight) -> None:
    text = "control.night.phase == 'ended'"
    scanned, halved = (first_hit(night, condition(text), declared_monotone=each) for each in (False, True))

    assert scanned.event == halved.event is not None
    assert "scanned" in scanned.how
    assert "you say" in halved.how


@pytest.mark.parametrize("monotone", [False, True])
def test_what_never_holds_is_not_found(monotone: bool, night: ReplayedNight) -> None:
    never = condition("control.last_exposure_number < 0")
    assert first_hit(night, never, declared_monotone=monotone).event is None


@pytest.mark.parametrize("text", ["dome.slit == 'closed'", "1 == 1", "control.last_exposure_number >= 0"])
def test_what_held_before_a_second_night_is_found_at_its_first_event(
    text: str, events: list[Recorded]
) -> None:
    later = [
        msgspec.structs.replace(each, position=each.position + len(events), time=each.time + DAY)
        for each in events
    ]
    second, checked = ReplayedNight(log_of(events + later)), condition(text)

    assert second.first == len(events) + 1
    assert [first_hit(second, checked).event, next_hit(second, checked, len(events))] == [later[0]] * 2


@pytest.mark.parametrize("cover", ["DomeSlit", "MirrorCover"])
def test_a_command_to_do_what_is_being_done_is_no_new_place(cover: str) -> None:
    told, read = EVENT_TYPES[f"{cover}Commanded"], EVENT_TYPES[f"{cover}Read"]
    close = told(action="close", reason="danger")
    log = MemoryLog()
    for event in (read(state="open"), close, read(state="closing"), close, read(state="closing"), close):
        log.append(event.stream(), [Draft(event, DAY, code=1)])
    name = "dome.slit" if cover == "DomeSlit" else "mirror.cover"
    found = hits(ReplayedNight(log), condition(f"{name} == 'closing'"))
    assert [each.position for each in found] == [3]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "dome.slit == 'open' and control.last_exposure_number < 0",
            [
                "alone, dome.slit == 'open' holds first at event {open}",
                "alone, control.last_exposure_number < 0 never holds",
                "leave out what never holds, or change it",
            ],
        ),
        (
            "event.position < 40 and event.position > 60",
            [
                "alone, event.position < 40 holds first at event 1",
                "alone, event.position > 60 holds first at event 61",
                "each holds somewhere, all of them at once nowhere: "
                "'tomoe replay show PLACE' prints the state",
            ],
        ),
        (
            "control.last_exposure_number < 0",
            ["what it looks at was never so: 'tomoe replay show PLACE' prints the state at a place"],
        ),
    ],
)
def test_what_never_holds_is_explained_by_its_parts(text: str, why: list[str], night: ReplayedNight) -> None:
    opened = first_hit(night, condition("dome.slit == 'open'")).event
    assert opened is not None
    never, *told = not_found(night, condition(text), "from there")
    assert never == f"never: {text}"
    assert told == [f"{'':>8} {each.format(open=opened.position)}" for each in why]


def test_of_what_holds_elsewhere_nobody_says_never(night: ReplayedNight) -> None:
    opened = first_hit(night, condition("dome.slit == 'open'")).event
    assert opened is not None
    assert list(not_found(night, condition("dome.slit == 'open'"), "from there")) == [
        "nowhere from there: dome.slit == 'open'",
        f"         in the night it holds first at event {opened.position}",
    ]
