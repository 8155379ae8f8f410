"""The timeline, cell by cell."""

from __future__ import annotations

from array import array

import pytest

from replay.outline import Mark, Outline, Stretch
from tests.tomoe_es.control.observatory import jst, plan
from tui.dashboard.lines import plain
from tui.replay_screen.player import Player
from tui.replay_screen.strip import timeline_lines

OUTLINE = Outline(
    first_us=jst("16:38"),
    last_us=jst("06:30"),
    plan=plan(),
    stretches=(
        Stretch("recipe", jst("18:00"), jst("19:00"), "aaaa"),
        Stretch("recipe", jst("19:10"), jst("20:00"), "bbbb"),
        Stretch("clouds", jst("22:10"), jst("23:20"), ""),
        Stretch("unsafe", jst("01:00"), jst("02:00"), ""),
    ),
    violations=(
        Mark(10, jst("22:30"), "warning", "CloudsStay"),
        Mark(11, jst("00:25"), "serious", "DeviceFault"),
        Mark(12, jst("00:26"), "notice", "FocusOff"),
    ),
    positions={unit: array("q") for unit in ("operation", "exposure", "recipe", "violation")},
)


def lines(now: str, width: int = 80, found: tuple[str, ...] = ()) -> list[str]:
    return [plain(each).rstrip() for each in timeline_lines(OUTLINE, jst(now), width, map(jst, found))]


def test_from_sunset_to_sunrise_with_recipes_alarms_and_weather() -> None:
    assert lines("21:00", found=("17:30",)) == [
        " alarms  ····◆················▼·······+········!·······························",
        " recipes ······██████▓▓▓▓▓····┃················································",
        " sky     sunset     19   20   21    ░░░░░░░  00   ▒▒▒▒▒▒    03   04     sunrise",
    ]


@pytest.mark.parametrize(("now", "column"), [("12:00", 0), ("16:36", 0), ("06:50", 69)])
def test_the_playhead_stands_at_the_edge_when_it_is_outside(now: str, column: int) -> None:
    assert lines(now)[0].index("▼") == 9 + column


def test_what_is_under_the_playhead_can_still_be_read() -> None:
    assert lines("22:30")[0].count("▼") == 0
    assert lines("22:30")[0].count("+") == 1


def test_every_line_fits_at_any_width() -> None:
    for width in (40, 80, 120, 300):
        assert all(len(plain(each)) == width - 1 for each in timeline_lines(OUTLINE, jst("21:00"), width))


def test_speeds_hold_at_their_ends() -> None:
    player = Player(3600.0)
    assert player.faster() == 3600.0
    player.speed = 1.0
    assert player.slower() == 1.0
    player.change_speed(0, 1e9)
    assert player.speed == 100_000.0
