"""What every screen of a night has: its panels, their arrangement, and the keys that only read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Input, Static

from projections.causal_chain import Link
from tui.dashboard.arrangement import arrange, is_wide
from tui.dashboard.chain_lines import chain_lines
from tui.dashboard.counters import CountersStrip
from tui.dashboard.executing import ExecutingPanel
from tui.dashboard.focal_plane import FocalPlanePanel
from tui.dashboard.hardware import HardwarePanel
from tui.dashboard.history import HistoryPanel
from tui.dashboard.moment import Moment
from tui.dashboard.panel import Panel, RowsPanel
from tui.dashboard.pool import PoolPanel
from tui.dashboard.queue import QueuePanel
from tui.dashboard.recipe_operations import RecipeProgress, progress_lines
from tui.dashboard.schedule import SchedulePanel
from tui.dashboard.sheet import DetailSheet
from tui.dashboard.violations import ViolationsPanel
from tui.dashboard.weather import WeatherPanel

STYLE = Path(__file__).with_name("style.tcss")


class Body(Container):
    """The room of the panels; they are arranged anew whenever it changes."""

    def __init__(self, arrange: Callable[[], None], *panels: Panel) -> None:
        super().__init__(*panels, id="body")
        self._arrange = arrange

    def on_resize(self) -> None:
        """Arrange the panels in the new room."""
        self._arrange()


class NightApp(App[int]):
    """The night at a glance, at one moment; which moment that is, a screen of its own decides."""

    CSS_PATH = [STYLE]  # noqa: RUF012  as App declares it
    TITLE = "Tomo-e Gozen"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        *[Binding(str(number), f"enlarge({number})") for number in range(1, 10)],
        Binding("escape,0", "show_all"),
        Binding("j,down", "move(1)"),
        Binding("k,up", "move(-1)"),
        Binding("pagedown", "page(1)"),
        Binding("pageup", "page(-1)"),
        Binding("home", "first"),
        Binding("end", "last"),
        Binding("enter", "detail"),
        Binding("question_mark", "help"),
        Binding("q", "leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._enlarged = ""

    @property
    def moment(self) -> Moment | None:
        """What is to be shown now; None before there is anything."""
        raise NotImplementedError

    def recipe(self, recipe_id: str) -> RecipeProgress:
        """A recipe's operations, from the log; called in a background thread."""
        raise NotImplementedError

    def chain(self, position: int) -> list[Link]:
        """What led to an event, from the log; called in a background thread."""
        raise NotImplementedError

    def top(self) -> Iterable[Widget]:
        """Lines above everything."""
        raise NotImplementedError

    def bottom(self) -> Iterable[Widget]:
        """Lines below the counters."""
        raise NotImplementedError

    def more_panels(self) -> Iterable[Panel]:
        """Panels besides the nine."""
        return ()

    @property
    def is_left(self) -> bool:
        """Tell whether the screen is being left: its widgets are gone already."""
        return not self.screen_stack or not self.screen_stack[0].query(CountersStrip)

    def compose(self) -> ComposeResult:
        """Top lines, banner, panels, counters, search, bottom lines."""
        yield from self.top()
        yield Static("", id="banner", markup=False)
        yield Body(
            self.arrange,
            *(SchedulePanel(), ExecutingPanel(), QueuePanel(), PoolPanel(), HistoryPanel(), HardwarePanel()),
            *(WeatherPanel(), FocalPlanePanel(), ViolationsPanel()),
            *self.more_panels(),
        )
        yield CountersStrip()
        yield Input(placeholder="search the history: observer, project, id, outcome, comment", id="filter")
        yield from self.bottom()

    def on_resize(self, event: Resize) -> None:
        """Another size may show other panels."""
        self.screen_stack[0].set_class(not is_wide(event.size.width, event.size.height), "compact")

    def show(self, moment: Moment) -> None:
        """Show a moment in everything that is in sight."""
        dashboard = self.screen_stack[0]
        dashboard.query_one(CountersStrip).show(moment)
        for panel in dashboard.query(Panel):
            if panel.display:
                panel.show(moment)

    def say_in_banner(self, text: str) -> None:
        """Say something that must not be overlooked; empty takes the banner away."""
        banner = self.screen_stack[0].query_one("#banner", Static)
        if text != banner.content:
            banner.update(text)
            banner.set_class(bool(text), "said")

    def regions(self, width: int, height: int) -> dict[str, Region]:
        """Where each panel stands in a body of this size; panels left out are not shown."""
        wide = is_wide(self.size.width, self.size.height)
        return arrange(width, height, wide=wide, enlarged=self._enlarged)

    def arrange(self) -> None:
        """Put every panel in its place, in the room that the body has."""
        dashboard = self.screen_stack[0]
        body = dashboard.query_one(Body)
        regions = self.regions(body.size.width, body.size.height)
        moment = self.moment
        for panel in dashboard.query(Panel):
            region = regions.get(panel.NAME)
            panel.display = region is not None
            if region is not None:
                panel.styles.offset = region.offset
                panel.styles.width, panel.styles.height = region.size
                if moment is not None:
                    panel.show(moment)

    def action_enlarge(self, number: int) -> None:
        """Give a panel the whole screen; once more: all panels again."""
        panel = next(each for each in self.query(Panel) if number == each.NUMBER)
        if self._enlarged == panel.NAME:
            self.action_show_all()
            return
        self._enlarged = panel.NAME
        self.arrange()
        panel.focus()

    def action_show_all(self) -> None:
        """All panels; when they are shown already, or while searching, the search of the history ends."""
        search = self.query_one("#filter", Input)
        if search.has_class("asked"):
            self._end_search()
            search.clear()
            return
        if not self._enlarged:
            search.clear()
        self._enlarged = ""
        self.arrange()

    def action_move(self, by: int) -> None:
        """Choose another row of the focused panel."""
        if isinstance(self.focused, RowsPanel):
            self.focused.move(by)

    def action_page(self, direction: int) -> None:
        """Choose a row one panel's height away."""
        if isinstance(self.focused, RowsPanel):
            self.focused.move(direction * max(self.focused.size.height - 1, 1))

    def action_first(self) -> None:
        """Choose the first row."""
        if isinstance(self.focused, RowsPanel):
            self.focused.move_to_end(last=False)

    def action_last(self) -> None:
        """Choose the last row."""
        if isinstance(self.focused, RowsPanel):
            self.focused.move_to_end(last=True)

    def action_detail(self) -> None:
        """More about what is chosen; a panel that has no more to tell is enlarged."""
        panel = self.focused
        if not isinstance(panel, Panel):
            return
        detail = panel.detail()
        if detail is None:
            self.action_enlarge(panel.NUMBER)
            return
        recipe_id, position = detail.recipe_id, detail.position
        if recipe_id:
            self.push_screen(
                DetailSheet(detail, lambda: progress_lines(self.recipe(recipe_id)), "the operations")
            )
        elif position:
            chain = lambda: chain_lines(self.chain(position))  # noqa: E731
            self.push_screen(DetailSheet(detail, chain, "what led to it"))
        else:
            self.push_screen(DetailSheet(detail, None))

    def action_filter(self) -> None:
        """Ask what to search the history for."""
        if not self.query_one(HistoryPanel).display:
            self.action_enlarge(HistoryPanel.NUMBER)
        search = self.query_one("#filter", Input)
        search.add_class("asked")
        search.focus()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Search as it is typed."""
        if message.input.id == "filter":
            self.query_one(HistoryPanel).search(message.value)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Go to what was found."""
        if message.input.id == "filter":
            self._end_search()

    def _end_search(self) -> None:
        self.query_one("#filter").remove_class("asked")
        self.query_one(HistoryPanel).focus()

    def action_help(self) -> None:
        """Keys and words."""
        raise NotImplementedError

    def action_leave(self) -> None:
        """Leave the screen."""
        self.exit(0)
