"""Nobody takes a night that was only simulated anew for the true one: every screen's top says so."""

from __future__ import annotations

import msgspec
import pytest

from replay.night import Identity
from tests.tui.dashboard.a_night import an_overview
from tests.tui.dashboard.hand_fed import REAL_NOW
from tui.dashboard.lines import plain
from tui.dashboard.moment import Moment
from tui.dashboard.status_bar import status_line
from tui.night.summary import summary_text
from tui.replay_screen.bar import BarState, event_and_log

WHAT_IF = "WHAT-IF OF night 2023-12-12 (sha256:0123456789abcdef): weather: clear"
OVERVIEW = an_overview()
SIMULATED_ANEW = msgspec.structs.replace(
    OVERVIEW, night=msgspec.structs.replace(OVERVIEW.night, what_if=WHAT_IF)
)


def top_line(width: int, *, what_if: bool) -> str:
    overview = SIMULATED_ANEW if what_if else OVERVIEW
    moment = Moment(overview=overview, now_us=REAL_NOW, silent_seconds=0.0, pace=None, condition="live")
    return plain(status_line(moment, width))[:width]


@pytest.mark.parametrize(("width", "mark"), [(80, " WHAT-IF "), (160, " WHAT-IF OF night 2023-12-12 ")])
def test_the_dashboard_s_top_line_says_so_and_still_tells_the_time(width: int, mark: str) -> None:
    told = top_line(width, what_if=True)
    assert told.startswith(mark)
    assert "UTC" in told
    assert "JST" in told
    assert "WHAT-IF" not in top_line(width, what_if=False)


def test_the_summary_says_it_first_and_whole() -> None:
    assert summary_text(SIMULATED_ANEW, 1.0).splitlines()[0] == WHAT_IF
    assert "WHAT-IF" not in summary_text(OVERVIEW, 1.0)


def test_the_summary_of_a_night_counts_chips_that_were_given_up() -> None:
    assert "chip-cubes given up          1  (RawCubeCorrupt: 1)" in summary_text(OVERVIEW, 1.0)


@pytest.mark.parametrize("what_if", [WHAT_IF, ""])
def test_the_replay_screen_s_bar_says_so(what_if: str) -> None:
    identity = Identity("2023-12-12", 1, 9, "sha256:0123456789abcdef", "0.1+a", "0.1+a", what_if)
    state = BarState(identity=identity, view=None, plays=False, speed=1.0, on_the_way=None)
    told = plain(event_and_log(state, 80))
    assert told.startswith(" WHAT-IF ") == bool(what_if)
    assert len(told) == 80
