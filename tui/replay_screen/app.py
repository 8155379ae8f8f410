"""The replay screen: the live dashboard's panels at any moment of a past night. It can act on nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Input, Static

from projections.causal_chain import Link, causal_chain
from replay.night import Identity
from replay.outline import Outline
from tomoe_es.clock import Clock
from tomoe_es.errors import TomoeError
from tui.dashboard.banner import critical_text
from tui.dashboard.key_line import KeyLine
from tui.dashboard.moment import Moment
from tui.dashboard.night_app import STYLE, NightApp
from tui.dashboard.recipe_operations import RecipeProgress, recipe_progress
from tui.dashboard.violations import ViolationsPanel
from tui.replay_screen import moves
from tui.replay_screen.arrangement import with_beside
from tui.replay_screen.asking import AskLine
from tui.replay_screen.bar import BarState, ReplayBar
from tui.replay_screen.beside import BesidePanel, EventsPanel, WhyPanel
from tui.replay_screen.bindings import BINDINGS
from tui.replay_screen.colours import REPLAY_GROUND
from tui.replay_screen.engine import Beside, Broken, Engine, OnTheWay, Opened, Refused, Seen, View
from tui.replay_screen.help_sheet import KEYS, LEFT_OUT, help_sheet
from tui.replay_screen.moves import Move
from tui.replay_screen.player import FRAME_US, Player
from tui.replay_screen.search import Search
from tui.replay_screen.source import NightSource
from tui.replay_screen.strip import Timeline

REPLAY_STYLE = STYLE.parents[1] / "replay_screen" / "style.tcss"
CRITICAL_KEYS = "9 enter: detail"


class ReplayApp(NightApp):
    """A night that is past, at the playhead."""

    CSS_PATH = [STYLE, REPLAY_STYLE]  # noqa: RUF012  as App declares it
    TITLE = "REPLAY"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(
        self, source: NightSource, clock: Clock, *, begin: Move | None = None, speed: float = 60.0
    ) -> None:
        """`begin` leads to the first place; else it is the start of the night."""
        super().__init__()
        self._source, self._clock = source, clock
        self._engine = Engine(source, self.post_message, begin or moves.to_place("start"))
        self._player = Player(speed)
        self._identity: Identity | None = None
        self._outline: Outline | None = None
        self._view: View | None = None
        self._number = 0  # of the last move that was asked for
        self._shown_number = -1  # of the last one that was made
        self._on_the_way: float | None = None
        self._beside: Beside = ""
        self._before: list[int] = []
        self._search: Search | None = None
        self._wanted = 0  # direction of a place found that is still searched for
        self._told_is_final = True  # about the search
        self._told = ""
        self.failure = ""

    @property
    def view(self) -> View | None:
        """What is shown."""
        return self._view

    @property
    def is_settled(self) -> bool:
        """Tell whether the last move that was asked for has been made."""
        return self._view is not None and self._shown_number == self._number

    def top(self) -> Iterable[Widget]:
        """REPLAY, and which moment."""
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
        self._show_bar()

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
        self._show_bar()

    def on_seen(self, message: Seen) -> None:
        """Show what was reached; when it plays, go on from there."""
        self._view, self._on_the_way, self._shown_number = message.view, None, message.number
        if message.number == self._number and self._player.due_us(self._clock.now()) is None:
            self._player.put(self._clock.now(), message.view.place.time_us)
        if not self._is_left:
            for panel in self.screen_stack[0].query(BesidePanel):
                panel.put(message.view)
            self._show_all()

    def on_on_the_way(self, message: OnTheWay) -> None:
        """Say how far the night is folded."""
        self._on_the_way = message.part
        self._show_bar()

    def on_refused(self, message: Refused) -> None:
        """Say why it leads nowhere."""
        if not self._is_left:
            self._tell(message.reason)

    def on_broken(self, message: Broken) -> None:
        """Say what can't be read; what was read before stays."""
        error = message.error
        named = str(error) if isinstance(error, TomoeError) else f"{type(error).__name__}: {error}"
        self.failure = f"CAN'T REPLAY: {named}"
        if not self._is_left:
            self.say_in_banner(self.failure)

    @property
    def _is_left(self) -> bool:
        """Tell whether the screen is being left: its widgets are gone already."""
        return not self.screen_stack or not self.screen_stack[0].query(ReplayBar)

    def tick(self) -> None:
        """Ask for the next picture when it plays; go to a place that was searched for and is found now."""
        if self._is_left:
            return
        due = self._player.due_us(self._clock.now())
        if due is not None and self._outline is not None and self.is_settled:
            if due >= self._outline.last_us:
                self._player.plays = False
            self._ask_engine(moves.to_time(due))
        if self._search is not None and not self._told_is_final:
            self._follow_search(self._search)

    def _follow_search(self, search: Search) -> None:
        self._told_is_final = search.is_over
        if self._wanted:
            self.action_find(self._wanted)
        self._tell(search.told(self._position))
        self._show_timeline()

    @property
    def _position(self) -> int:
        return self._view.place.position if self._view is not None else 0

    def _ask_engine(self, move: Move) -> None:
        self._number += 1
        self._engine.move(self._number, move)

    def _go(self, move: Move, *, is_jump: bool = False) -> None:
        """Make a move that a person asked for."""
        if is_jump and self._view is not None:
            self._before.append(self._position)
        self._tell("")
        self._wanted = 0
        self._player.lift()
        self._ask_engine(move)

    def _show_all(self) -> None:
        moment = self.moment
        if moment is None or self._is_left:
            return
        self.say_in_banner(self.failure or critical_text(moment, CRITICAL_KEYS))
        self._show_bar()
        self._show_timeline()
        self.show(moment)
        if self._search is not None and self._told.startswith("/"):
            self._tell(self._search.told(self._position))

    def _show_bar(self) -> None:
        if not self._is_left:
            self.screen_stack[0].query_one(ReplayBar).show(
                BarState(
                    identity=self._identity,
                    view=self._view,
                    plays=self._player.plays,
                    speed=self._player.speed,
                    on_the_way=self._on_the_way,
                )
            )

    def _show_timeline(self) -> None:
        if self._outline is not None and self._view is not None:
            found = self._search.minutes_us if self._search is not None else ()
            timeline = self.screen_stack[0].query_one(Timeline)
            timeline.show(self._outline, self._view.place.time_us, list(found))

    def _tell(self, text: str) -> None:
        if text != self._told:
            self._told = text
            told = self.screen_stack[0].query_one("#told", Static)
            told.update(text)
            told.set_class(bool(text), "said")

    def on_resize(self) -> None:
        """The lines are as wide as the screen."""
        super().on_resize()
        self.call_after_refresh(self._show_all)

    def regions(self, width: int, height: int) -> dict[str, Region]:
        """The nine panels, and below them the one that is asked for."""
        regions = super().regions(width, height)
        return with_beside(regions, self._beside, width, height) if self._beside else regions

    def action_play(self) -> None:
        """Play, or pause."""
        self._player.plays = not self._player.plays
        if self._view is not None:
            self._player.put(self._clock.now(), self._view.place.time_us)
        self._show_bar()

    def action_by_events(self, count: int) -> None:
        """Pause, and step."""
        self._player.plays = False
        self._go(moves.by_events(count))

    def action_to_next(self, unit: str) -> None:
        """Step to the next operation, exposure, recipe, violation."""
        self._go(moves.to_next(unit), is_jump=True)

    def action_to_last(self, unit: str) -> None:
        """Step to the one before."""
        self._go(moves.to_last(unit), is_jump=True)

    def action_by_time(self, seconds: int) -> None:
        """So much later or earlier."""
        self._go(moves.by_time(seconds))

    def action_by_part(self, part: float) -> None:
        """Later or earlier by a part of the night."""
        self._go(moves.by_part(part))

    def action_to_place(self, text: str) -> None:
        """To a place."""
        self._go(moves.to_place(text), is_jump=True)

    def action_faster(self) -> None:
        """The next higher speed."""
        self._change_speed(self._player.faster())

    def action_slower(self) -> None:
        """The next lower speed."""
        self._change_speed(self._player.slower())

    def _change_speed(self, speed: float) -> None:
        self._player.change_speed(self._clock.now(), speed)
        self._show_bar()

    def action_go_back(self) -> None:
        """Back to before the last jump."""
        if self._before:
            self._go(moves.to_position(self._before.pop()))

    def action_find(self, direction: int) -> None:
        """Go to the next place that was found, or the one before; wait for it while the search runs."""
        search = self._search
        if search is None:
            self._tell("nothing was searched for: / asks for a condition")
            return
        if search.is_over and (search.failure or not search.found):
            self._wanted = 0
            self._tell(search.told(self._position))
        elif search.is_over:
            self._go(moves.to_found(search, direction), is_jump=True)
            self._tell(f"/{search.text}")
        else:
            self._find_on_the_way(search, direction)

    def _find_on_the_way(self, search: Search, direction: int) -> None:
        """Go to what is found already; else wait for it."""
        found = search.after(self._position) if direction > 0 else search.before(self._position)
        if found is not None:
            self._go(moves.to_position(found), is_jump=True)
        else:
            self._wanted = direction
        self._tell(f"/{search.text}")

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

    def _begin_search(self, text: str) -> None:
        if self._search is not None:
            self._search.give_up()
        self._search, self._wanted, self._told_is_final = Search(self._source, text), 1, False
        self.run_worker(self._search.run, thread=True)

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
