"""Going through a past night: moves, playing, jumps and searches. What is reached is shown elsewhere."""

from __future__ import annotations

from textual.widgets import Static

from replay.night import Identity
from replay.places import checked_condition
from tomoe_es.clock import Clock
from tomoe_es.errors import TomoeError
from tui.dashboard.night_app import NightApp
from tui.replay_screen import moves
from tui.replay_screen.engine import Engine, View
from tui.replay_screen.moves import Move
from tui.replay_screen.player import Player
from tui.replay_screen.search import Search
from tui.replay_screen.source import NightSource


class GoingThroughNight(NightApp):
    """Knows where the playhead is and is to be; actions that lead elsewhere."""

    def __init__(self, source: NightSource, clock: Clock, begin: Move | None, speed: float) -> None:
        """`begin` leads to the first place; else it is the start of the night."""
        super().__init__()
        self._source, self._clock = source, clock
        self._engine = Engine(source, self.post_message, begin or moves.to_place("start"))
        self._player = Player(speed)
        self._identity: Identity | None = None  # of the night, once it is open
        self._view: View | None = None
        self._number = 0  # of the last move that was asked for
        self._shown_number = -1  # of the last one that was made
        self._before: list[int] = []
        self._search: Search | None = None
        self._wanted = 0  # direction of a place found that is still searched for
        self._told_is_final = True  # about the search
        self._told = ""

    def show_bar(self) -> None:
        """Show whether it plays and how fast."""

    def show_timeline(self) -> None:
        """Show the places found."""

    @property
    def view(self) -> View | None:
        """What is shown."""
        return self._view

    @property
    def is_settled(self) -> bool:
        """Tell whether the last move that was asked for has been made."""
        return self._view is not None and self._shown_number == self._number

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

    def action_play(self) -> None:
        """Play, or pause; at the end there is nothing to play."""
        at_end = self._identity is not None and self._position == self._identity.last_position
        if at_end and not self._player.plays:
            self._tell("end of the night")
            return
        self._forget_told()
        self._player.plays = not self._player.plays
        if self._view is not None:
            self._player.put(self._clock.now(), self._view.place.time_us)
        self.show_bar()

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

    def _forget_told(self) -> None:
        """What was told of an earlier key is over, unless a search is going on."""
        if self._told_is_final:
            self._tell("")

    def _change_speed(self, speed: float) -> None:
        self._forget_told()
        self._player.change_speed(self._clock.now(), speed)
        self.show_bar()

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
            self._wanted, self._told_is_final = direction, False
        self._tell(f"/{search.text}")

    def _begin_search(self, text: str) -> None:
        """Search for a condition; where it is none, the search before stays."""
        if self._identity is None:
            self._tell("the log is not open yet")
            return
        try:
            checked = checked_condition(self._identity.night, text)
        except TomoeError as error:
            self._told_is_final = True  # what the search before, if it still runs, has to tell can wait
            self._tell(str(error))
            return
        if self._search is not None:
            self._search.give_up()
        self._search, self._wanted, self._told_is_final = Search(self._source, checked), 1, False
        self.run_worker(self._search.run, thread=True)

    def _follow_search(self, search: Search) -> None:
        self._told_is_final = search.is_over
        if self._wanted:
            self.action_find(self._wanted)
        self._tell(search.told(self._position))
        self.show_timeline()

    def _tell(self, text: str) -> None:
        if text != self._told:
            self._told = text
            told = self.screen_stack[0].query_one("#told", Static)
            told.update(text)
            told.set_class(bool(text), "said")
