"""The parts below the screen: reading, wording, arrangement, colours, a recipe's progress."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event as Signal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style
from textual.message import Message

from projections.overview_model import ChipStage
from tests.tui.dashboard.a_night import an_overview, at
from tests.tui.dashboard.hand_fed import REAL_NOW, HandFedSource, HandSetClock
from tomoe_es.camera.focal_plane import CHIPS
from tomoe_es.events import ErasedPayload, recipe
from tomoe_es.events.envelope import Recorded
from tomoe_es.recipe.model import OperationCall, Recipe
from tui.dashboard import palette, wording
from tui.dashboard.arrangement import arrange, is_wide
from tui.dashboard.focal_plane import STAGES, places
from tui.dashboard.follower import Follower, OverviewRead, ReadingFailed
from tui.dashboard.lines import column, line, plain, strip_of, wrapped
from tui.dashboard.recipe_operations import RecipeProgress, progress_lines, recipe_progress


class Looks:
    """Lets a Follower look a number of times, and does something before each look."""

    def __init__(self, source: HandFedSource) -> None:
        self.source = source
        self.posted: list[Message] = []
        self.closing = Signal()

    def after(self, times: int) -> None:
        source, closing, left = self.source, self.closing, [times]

        class Counted:
            def written_us(self) -> int:
                left[0] -= 1
                if not left[0]:
                    closing.set()
                return source.written_us()

            read = source.read
            recipe = source.recipe

        Follower(Counted(), self.posted.append, closing, 0.0).run()


@pytest.fixture
def source() -> HandFedSource:
    return HandFedSource(an_overview(), HandSetClock(REAL_NOW))


def test_what_has_not_changed_is_read_no_more_than_twice(source: HandFedSource) -> None:
    looks = Looks(source)
    looks.after(10)
    assert source.reads == 2
    assert [type(each) for each in looks.posted] == [OverviewRead, OverviewRead]


def test_a_reading_that_fails_is_tried_at_every_look(source: HandFedSource) -> None:
    source.error = OSError("disk I/O error")
    looks = Looks(source)
    looks.after(3)
    assert source.reads == 3
    assert [type(each) for each in looks.posted] == [ReadingFailed] * 3


@pytest.mark.parametrize(
    ("seconds", "long", "brief"),
    [
        (-1, "0 s", "0 s"),
        (0.4, "0 s", "0 s"),
        (59.9, "59 s", "59 s"),
        (75, "1 min 15 s", "75 s"),
        (3599, "59 min 59 s", "59 min"),
        (3720, "1 h 02 min", "62 min"),
        (90_000, "1 d 1 h", "25 h"),
        (400_000, "4 d 15 h", "4 d"),
    ],
)
def test_durations_in_words(seconds: float, long: str, brief: str) -> None:
    assert wording.duration(seconds) == long
    assert wording.brief_duration(seconds) == brief


@pytest.mark.parametrize(
    ("amount_bytes", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (93_300_000, "93 MB"),
        (1_250_000_000, "1.2 GB"),
        (3_400_000_000_000, "3.4 TB"),
    ],
)
def test_amounts_of_data_in_words(amount_bytes: int, said: str) -> None:
    assert wording.size(amount_bytes) == said


def test_never_has_no_time_of_day() -> None:
    assert (wording.jst(0), wording.utc(0)) == ("--:--", "--:--")
    assert (wording.jst_seconds(0), wording.utc_seconds(0)) == ("--:--:--", "--:--:--")


@given(st.text(max_size=40), st.integers(1, 30))
def test_a_column_and_a_line_are_as_wide_as_asked_whatever_the_text(text: str, width: int) -> None:
    assert cell_len(column(text, width)) == width
    strip = strip_of(line(text, (text, palette.ALARM)), width)
    assert cell_len(strip.text) == strip.cell_length == width
    assert strip.text.isprintable()
    assert all(segment.style is not None for segment in strip)


@given(st.text(alphabet="ab 漢", max_size=60), st.integers(2, 20))
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    assert " ".join(wrapped(text, width)).split() == text.split()


@given(st.integers(80, 300), st.integers(24, 100), st.integers(0, 4))
def test_panels_fill_the_body_without_covering_each_other(columns: int, lines: int, banner: int) -> None:
    wide = is_wide(columns, lines)
    height = lines - 2 - banner - (2 if wide else 0)
    regions = list(arrange(columns, height, wide=wide).values())
    assert sum(region.area for region in regions) == columns * height
    assert not any(a.overlaps(b) for place, a in enumerate(regions) for b in regions[:place])
    assert all(region.height >= 3 and region.width >= 30 for region in regions)


def test_every_chip_has_its_own_place_north_up_and_east_left() -> None:
    by_place = places()
    assert sorted(by_place.values()) == sorted(CHIPS)
    assert {place: by_place[place] for place in ((5, 4), (5, 5), (6, 5), (6, 4))} == {
        (5, 4): 101,
        (5, 5): 201,
        (6, 5): 301,
        (6, 4): 401,
    }


def test_every_chip_state_has_a_letter() -> None:
    assert set(STAGES) == set(get_args(ChipStage))


def test_chip_states_differ_without_their_colours() -> None:
    letters = [letter for letter, _, _ in STAGES.values()]
    assert len(set(letters)) == len(letters)


def test_roles_differ_and_can_be_read_in_sixteen_colours() -> None:
    def of_sixteen(style: Style) -> int | None:
        assert style.color is not None
        return style.color.downgrade(ColorSystem.STANDARD).number

    roles = [palette.NORMAL, palette.STRONG, palette.GOOD, palette.BUSY, palette.CAUTION, palette.ALARM]
    numbers = [of_sixteen(role) for role in roles]
    assert len(set(numbers)) == len(roles)
    assert 0 not in numbers
    for ground in (palette.GROUND, palette.BAR_GROUND):
        assert ground.bgcolor is not None
        assert ground.bgcolor.downgrade(ColorSystem.STANDARD).number == 0


def test_a_recipes_progress_is_that_of_its_newest_run() -> None:
    asked = Recipe(
        observer="S. Sako",
        project="ToO",
        priority=1.0,
        time_window=("08:00:00.0", "10:30:00.0"),
        operations=(
            OperationCall("Pointing", {"ra": 19.7, "dec": 29.7}),
            OperationCall("Wait", ["pointing", "mirrorcover_open"]),
            OperationCall("SetFocus", 28.13),
            OperationCall("Shutdown", None),
        ),
        comment="",
    )
    events = [
        recipe.RecipeSubmitted(
            recipe_id="r",
            recipe=asked,
            source="",
            source_name="too.yaml",
            submitted_by="S. Sako",
            window_start_us=0,
            window_end_us=0,
            direct=True,
        ),
        recipe.RecipeStarted(recipe_id="r", exposures_done=[]),
        _started(0),
        recipe.OperationCompleted(recipe_id="r", index=0, operation="Pointing"),
        _started(1),
        recipe.RecipeInterrupted(recipe_id="r", reason="clouds", operation_index=1, exposures_done=[]),
    ]
    assert [each.state for each in _progress(events).operations] == ["done", "stopped", "not yet", "not yet"]
    events += [
        recipe.RecipeStarted(recipe_id="r", exposures_done=[]),
        recipe.OperationSkipped(recipe_id="r", index=0, operation="Pointing", reason="not needed"),
        _started(1),
        recipe.OperationFailed(
            recipe_id="r", index=1, operation="Wait", condition="TimedOut", message="60 s"
        ),
    ]
    assert [plain(each).rstrip() for each in progress_lines(_progress(events))] == [
        "submitted     20:00:00 JST by S. Sako",
        "from          too.yaml",
        "runs          2",
        "",
        "  n  state    took         operation",
        "  1  skipped               Pointing: ra 19.7, dec 29.7  not needed",
        "  2  FAILED   1 s          Wait: pointing, mirrorcover_open  TimedOut: 60 s",
        "  3  not yet               SetFocus: 28.13",
        "  4  not yet               Shutdown",
    ]


def test_a_recipe_that_the_log_does_not_hold_is_told() -> None:
    assert [plain(each) for each in progress_lines(recipe_progress([]))] == [
        "the log does not hold this recipe"
    ]


def test_a_recipe_that_was_erased_still_shows_its_operations() -> None:
    erased = ErasedPayload(of_type="RecipeSubmitted", sha256="0" * 64)
    lines = progress_lines(
        _progress([erased, recipe.RecipeStarted(recipe_id="r", exposures_done=[]), _started(1)])
    )
    assert [plain(each) for each in lines][-2:] == [
        "  1  not yet               (erased)",
        "  2  running               Wait: pointing, mirrorcover_open",
    ]


def _started(index: int) -> recipe.OperationStarted:
    text = ("Pointing: ra 19.7, dec 29.7", "Wait: pointing, mirrorcover_open")[index]
    return recipe.OperationStarted(
        recipe_id="r", index=index, operation="", text=text, time_limit_seconds=60.0
    )


def _progress(events: Sequence[recipe.RecipeEvent | ErasedPayload]) -> RecipeProgress:
    return recipe_progress(
        Recorded(
            position=number,
            stream="recipe/r",
            version=number,
            time=at(11, 0, number - 1),
            correlation=1,
            cause=0,
            code=0,
            actor="",
            payload=event,
        )
        for number, event in enumerate(events, start=1)
    )
