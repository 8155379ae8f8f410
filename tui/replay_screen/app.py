"""The replay screen: the live dashboard's panels at any moment of a past night. It can act on nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Resize
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Input, Static

from projections.causal_chain import Link, causal_chain
from replay.outline import Outline
from tomoe_es.clock import Clock
from tomoe_es.errors import TomoeError
from tui.dashboard.banner import critical_text
from tui.dashboard.key_line import KeyLine
from tui.dashboard.moment import Moment
from tui.dashboard.night_app import STYLE
from tui.dashboard.recipe_operations import RecipeProgress, recipe_progress
from tui.dashboard.violations import ViolationsPanel
from tui.replay_screen import moves
from tui.replay_screen.arrangement import with_beside
from tui.replay_screen.asking import AskLine
from tui.replay_screen.bar import BarState, ReplayBar
from tui.replay_screen.beside import BesidePanel, EventsPanel, WhyPanel
from tui.replay_screen.bindings import BINDINGS
from tui.replay_screen.colours import REPLAY_GROUND
from tui.replay_screen.engine import Beside, Broken, OnTheWay, Opened, Refused, Seen
from tui.replay_screen.going import GoingThroughNight
from tui.replay_screen.help_sheet import KEYS, LEFT_OUT, help_sheet
from tui.replay_screen.least_room import TooSmall, is_too_small
from tui.replay_screen.moves import Move
from tui.replay_screen.player import FRAME_US
from tui.replay_screen.source import NightSource
from tui.replay_screen.strip import Timeline

REPLAY_STYLE = STYLE.parents[1] / "replay_screen" / "style.tcss"
CRITICAL_KEYS = "9 enter: detail"


class ReplayApp(GoingThroughNight):
    """A night that is past, at the playhead."""

    CSS_PATH = [STYLE, REPLAY_STYLE]  # noqa: RUF012  as App declares it
    TITLE = "REPLAY"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(
        self, source: NightSource, clock: Clock, *, begin: Move | None = None, speed: float = 60.0
    ) -> None:
        """`begin` leads to the first place; else it is the start of the night."""
        super().__init__(source, clock, begin, speed)
        self._outline: Outline | None = None
        self._on_the_way: float | None = None
        self._beside: Beside = ""
        self.failure = ""

    def top(self) -> Iterable[Widget]:
        """REPLAY, and which moment; on a terminal that is too small, that alone."""
        yield TooSmall()
        yield ReplayBar()

    def bottom(self) -> Iterable[Widget]:
        """Timeline, what is told, what is asked, keys."""
        yield Timeline()
        yield Static("", id="told", markup=False)
        yield AskLine()
        yield KeyLine(KEYS, LEFT_OUT, REPLAY_GROUND)

    def more_panels(self) -> Iterable[BesidePanel]:
        """Events and causes."""
        return EventsPanel(), WhyPanel()

    def on_mount(self) -> None:
        """Open the night; pictures come ten times a second while it plays."""
        self.run_worker(self._engine.run, thread=True, exit_on_error=True)
        self.set_interval(FRAME_US / 1e6, self.tick)
        self.show_bar()

    def on_unmount(self) -> None:
        """Let the background threads end."""
        self._engine.close()
        if self._search is not None:
            self._search.give_up()

    @property
    def moment(self) -> Moment | None:
        """What is at the playhead."""
        if self._view is None:
            return None
        return Moment(
            overview=self._view.overview,
            now_us=self._view.place.time_us,
            silent_seconds=0.0,
            pace=self._player.speed,
            condition="replayed",
        )

    def recipe(self, recipe_id: str) -> RecipeProgress:
        """As far as it had come at the playhead."""
        until = self._view.place.position if self._view is not None else 0
        return self._engine.ask(
            lambda night: recipe_progress(
                each for each in night.log.read_stream(f"recipe/{recipe_id}") if each.position <= until
            )
        )

    def chain(self, position: int) -> list[Link]:
        """From the log."""
        return self._engine.ask(lambda night: causal_chain(night.log, position))

    def on_opened(self, message: Opened) -> None:
        """Say which night it is."""
        self._identity, self._outline = message.identity, message.outline
        self.show_bar()

    def on_seen(self, message: Seen) -> None:
        """Show what was reached; when it plays, go on from there."""
        self._view, self._on_the_way, self._shown_number = message.view, None, message.number
        if message.number == self._number and self._player.due_us(self._clock.now()) is None:
            self._player.put(self._clock.now(), message.view.place.time_us)
        if not self.is_left:
            for panel in self.screen_stack[0].query(BesidePanel):
                panel.put(message.view)
            self._show_all()

    def on_on_the_way(self, message: OnTheWay) -> None:
        """Say how far the night is folded."""
        self._on_the_way = message.part
        self.show_bar()

    def on_refused(self, message: Refused) -> None:
        """Say why it leads nowhere."""
        if not self.is_left:
            self._tell(message.reason)

    def on_broken(self, message: Broken) -> None:
        """Say what can't be read; what was read before stays."""
        error = message.error
        named = str(error) if isinstance(error, TomoeError) else f"{type(error).__name__}: {error}"
        self.failure = f"CAN'T REPLAY: {named}"
        if not self.is_left:
            self.say_in_banner(self.failure)

    def tick(self) -> None:
        """Ask for the next picture when it plays; go to a place that was searched for and is found now."""
        if self.is_left:
            return
        due = self._player.due_us(self._clock.now())
        if due is not None and self._outline is not None and self.is_settled:
            if due >= self._outline.last_us:
                self._player.plays = False
            self._ask_engine(moves.to_time(due))
        if self._search is not None and not self._told_is_final:
            self._follow_search(self._search)

    def _show_all(self) -> None:
        moment = self.moment
        if moment is None or self.is_left:
            return
        self.say_in_banner(self.failure or critical_text(moment, CRITICAL_KEYS))
        self.show_bar()
        self.show_timeline()
        self.show(moment)
        if self._search is not None and self._told.startswith("/"):
            self._tell(self._search.told(self._position))

    def show_bar(self) -> None:
        if not self.is_left:
            self.screen_stack[0].query_one(ReplayBar).show(
                BarState(
                    identity=self._identity,
                    view=self._view,
                    plays=self._player.plays,
                    speed=self._player.speed,
                    on_the_way=self._on_the_way,
                )
            )

    def show_timeline(self) -> None:
        if self._outline is not None and self._view is not None:
            found = self._search.minutes_us if self._search is not None else ()
            timeline = self.screen_stack[0].query_one(Timeline)
            timeline.show(self._outline, self._view.place.time_us, list(found))

    def on_resize(self, event: Resize) -> None:
        """The lines are as wide as the screen."""
        super().on_resize(event)
        night = self.screen_stack[0]
        night.set_class(is_too_small(*event.size), "too-small")
        night.query_one(TooSmall).say(*event.size)
        self.call_after_refresh(self._show_all)

    def regions(self, width: int, height: int) -> dict[str, Region]:
        """The nine panels, and below them the one that is asked for."""
        regions = super().regions(width, height)
        return with_beside(regions, self._beside, width, height) if self._beside else regions

    def action_ask(self, what: str) -> None:
        """Ask for a place, a percentage or a condition."""
        asked = self.query_one(AskLine)
        if what == "condition":
            asked.ask("condition", self._search.text if self._search is not None else "")
        else:
            asked.ask("percent" if what == "percent" else "place")

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Do what was typed."""
        if not isinstance(message.input, AskLine):
            super().on_input_submitted(message)
            return
        given, asked = message.value.strip(), message.input.asked
        self._end_asking()
        if not given:
            return
        if asked == "condition":
            self._begin_search(given)
        elif asked == "percent":
            self.action_to_place(f"{given.removesuffix('%')}%")
        elif given[0] in "xX×" and _is_number(given[1:]):
            self._change_speed(float(given[1:]))
        else:
            self.action_to_place(given)

    def _end_asking(self) -> None:
        self.query_one(AskLine).end()
        self.set_focus(self.query_one(f"#{self._beside}") if self._beside else None)

    def action_show_all(self) -> None:
        """Leave what is asked, then what is told, then the panel below, then the enlarged one."""
        if self.query_one(AskLine).is_asking:
            self._end_asking()
        elif self._told:
            self._tell("")
        elif self._beside:
            self.action_beside(self._beside)
        else:
            super().action_show_all()

    def action_beside(self, what: Beside) -> None:
        """Show events or causes below the panels, first going to the event that is chosen; again: away."""
        chosen = self._chosen_elsewhere() if what == "why" else None
        self._beside = "" if what == self._beside and chosen is None else what
        self._engine.tell_beside(self._beside)
        self._enlarged = ""
        if self._beside == "why":
            self._player.plays = False
        self._go(moves.to_position(chosen) if chosen else moves.stay(), is_jump=chosen is not None)
        self.arrange()
        self.set_focus(self.query_one(f"#{self._beside}") if self._beside else None)

    def _chosen_elsewhere(self) -> int | None:
        """Position of the event that is chosen in a panel, when it is not the one under the playhead."""
        panel = self.focused
        chosen: int | None = None
        if isinstance(panel, BesidePanel):
            chosen = panel.chosen_position
        elif isinstance(panel, ViolationsPanel) and panel.chosen is not None:
            chosen = panel.chosen.position
        return chosen if chosen != self._position else None

    def action_detail(self) -> None:
        """Go to the chosen event; elsewhere as on the live screen."""
        if not isinstance(self.focused, BesidePanel):
            super().action_detail()
        elif self.focused.chosen_position is not None:
            self._go(moves.to_position(self.focused.chosen_position), is_jump=True)

    def action_help(self) -> None:
        """Keys and words, and which night of which log this is."""
        self.push_screen(help_sheet(self._identity))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
