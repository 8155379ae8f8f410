"""A sheet of lines over the dashboard: details, help, questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from tui.dashboard.lines import Line, folded, line, strip_of
from tui.dashboard.palette import CAUTION, QUIET
from tui.dashboard.panel import Detail


class _Lines(Widget):
    """Lines under each other; one that is too long goes on in the next."""

    def __init__(self, lines: list[Line]) -> None:
        super().__init__()
        self.lines = self._folded = lines
        self.styles.height = len(lines)

    def put(self, lines: list[Line]) -> None:
        """Show other lines."""
        self.lines = lines
        self._fold()

    def on_resize(self) -> None:
        """Another width breaks them elsewhere."""
        self._fold()

    def _fold(self) -> None:
        width = self.size.width
        self._folded = [part for each in self.lines for part in folded(each, width)] if width else self.lines
        self.styles.height = len(self._folded)
        self.refresh(layout=True)

    def render_line(self, y: int) -> Strip:
        """One line."""
        return strip_of(self._folded[y] if y < len(self._folded) else (), self.size.width)


class Sheet(ModalScreen[str]):
    """Lines to read; escape, q or enter closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "close"),
        Binding("j,down", "scroll(1)", "down"),
        Binding("k,up", "scroll(-1)", "up"),
        Binding("pagedown,space", "scroll(10)", "page down"),
        Binding("pageup", "scroll(-10)", "page up"),
    ]

    def __init__(self, title: str, lines: list[Line], keys: str = "j k scroll, escape closes") -> None:
        super().__init__()
        self._heading, self._keys = title, keys
        self._lines = _Lines(lines)

    @property
    def lines(self) -> list[Line]:
        """What the sheet says."""
        return self._lines.lines

    def compose(self) -> ComposeResult:
        """A frame that scrolls."""
        with VerticalScroll(id="sheet") as frame:
            frame.border_title = self._heading
            frame.border_subtitle = self._keys
            yield self._lines

    def put(self, lines: list[Line]) -> None:
        """Say something else."""
        self._lines.put(lines)

    def put_keys(self, keys: str) -> None:
        """Say which keys there are from now on."""
        self.query_one("#sheet").border_subtitle = keys

    def action_close(self) -> None:
        """Back to the dashboard."""
        self.dismiss("")

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one("#sheet").scroll_relative(y=by, animate=False)


class DetailSheet(Sheet):
    """More about one thing; what the log has to say about it follows when it has been read."""

    def __init__(self, detail: Detail, more: Callable[[], list[Line]] | None, what: str = "") -> None:
        waiting = [line(""), line(("reading the log …", QUIET))] if more else []
        super().__init__(detail.title, [*detail.lines, *waiting])
        self._detail, self._more, self._what = detail, more, what

    def on_mount(self) -> None:
        """Read the log in the background."""
        if self._more is not None:
            self.run_worker(self._read, thread=True)

    def _read(self) -> None:
        assert self._more is not None
        try:
            read = self._more()
        except Exception as error:  # noqa: BLE001 - a log that can't be read is told on the sheet
            read = [line((f"{self._what} can't be read: {error}", CAUTION))]
        self.app.call_from_thread(self.put, [*self._detail.lines, *read])


class LeavingSheet(Sheet):
    """Asks what becomes of the night that this dashboard started; answers 'leave', 'stop' or '' to stay."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "answer('leave')", "leave it running"),
        Binding("s", "answer('stop')", "stop it"),
    ]

    def __init__(self) -> None:
        super().__init__(
            "The night is running",
            [
                line("The night that this screen started is still running."),
                line(""),
                line(" l       leave it running, and leave the screen"),
                line(" s       stop it: it closes and parks in order, then the screen is left;"),
                line("         once more breaks off"),
                line(" escape  stay"),
            ],
            "l leave, s stop, escape stay",
        )

    def action_answer(self, answer: str) -> None:
        """Close with the answer."""
        self.dismiss(answer)
