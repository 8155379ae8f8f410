"""Sheets that ask first: why an alarm is acknowledged or muted, and whether to make the telescope safe."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from projections.overview_model import AlarmLine
from tomoe_es.errors import TomoeError
from tui.dashboard.commands import Outcome
from tui.dashboard.lines import Line, line
from tui.dashboard.palette import ALARM, GOOD, STRONG
from tui.dashboard.sheet import Sheet
from tui.dashboard.violations import severity

MUTED_FOR = "30m"


class AskingSheet(ModalScreen[None]):
    """Fields to fill in; enter goes to the next one and after the last does it, escape leaves it undone."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave it")]

    def __init__(
        self, title: str, about: str, fields: dict[str, str], do: Callable[[dict[str, str]], None]
    ) -> None:
        super().__init__()
        self._heading, self._about, self._fields, self._do = title, about, fields, do
        self._is_done = False  # or just being done

    def compose(self) -> ComposeResult:
        """What it is about, the fields, and what went wrong."""
        with VerticalScroll(id="sheet") as frame:
            frame.border_title = self._heading
            frame.border_subtitle = "enter does it, escape leaves it"
            yield Static(self._about, markup=False)
            for name, value in self._fields.items():
                yield Static(name, markup=False, classes="asked")
                yield Input(value, id=name.split()[0], classes="answer")
            yield Static("", id="trouble", markup=False)

    def on_mount(self) -> None:
        """The last field is the one that always needs words."""
        list(self.query(Input))[-1].focus()

    def on_input_changed(self, message: Input.Changed) -> None:
        """What is typed here is not searched for in the history."""
        message.stop()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Do it once, in the background; what was typed stays until it is done."""
        message.stop()
        fields = list(self.query(Input))
        empty = next((each for each in fields if not each.value.strip()), None)
        if empty is not None:
            empty.focus()
            self.query_one("#trouble", Static).update("say something here")
            return
        given = {str(each.id): each.value for each in fields}
        if not self._is_done:
            self._is_done = True
            self.run_worker(lambda: self._try(given), thread=True)

    def _try(self, given: dict[str, str]) -> None:
        try:
            self._do(given)
        except TomoeError as error:
            told = f"{error.condition}: {error}"
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen must stay and say so
            told = f"{type(error).__name__}: {error}"
        else:
            self.app.call_from_thread(self.dismiss, None)
            return
        self.app.call_from_thread(self._failed, told)

    def _failed(self, told: str) -> None:
        """Say why, and let it be tried again."""
        self._is_done = False
        self.query_one("#trouble", Static).update(told)

    def action_leave(self) -> None:
        """Nothing was done."""
        self.dismiss(None)


def acknowledge_sheet(alarm: AlarmLine, do: Callable[[str], None]) -> AskingSheet:
    """Asks why an alarm is acknowledged."""
    return AskingSheet("Acknowledge", _about(alarm), {"why": ""}, lambda given: do(given["why"]))


def mute_sheet(alarm: AlarmLine, do: Callable[[str, str], None]) -> AskingSheet:
    """Asks for how long and why a name is muted."""
    return AskingSheet(
        f"Mute {alarm.name}",
        f"{_about(alarm)}\nIt is recorded as ever, but not announced for a while.",
        {"for (90s, 30m, 2h, 1d)": MUTED_FOR, "why": ""},
        lambda given: do(given["for"], given["why"]),
    )


def _about(alarm: AlarmLine) -> str:
    times = f", {alarm.open} open" if alarm.open > 1 else ""
    return f"{severity(alarm)[0]} {alarm.name}{times}\n{alarm.said}"


class EmergencySheet(Sheet):
    """Asks once, then has the telescope made safe and says how that went."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "make_safe", "make safe now")]

    def __init__(self, make_safe: Callable[[], Outcome]) -> None:
        super().__init__(
            "EMERGENCY",
            [
                line(("Close mirror cover and dome, stop and park the mount, now?", ALARM)),
                line(""),
                line("This waits for nothing: not for the queue, not for the recipe that runs."),
                line(""),
                line((" y       yes, make the telescope safe now", STRONG)),
                line(" escape  no"),
            ],
            "y makes safe, escape leaves it",
        )
        self._make_safe, self._begun = make_safe, False

    def action_make_safe(self) -> None:
        """Begin; a second time changes nothing."""
        if self._begun:
            return
        self._begun = True
        self.put(
            [line(("Making the telescope safe …", ALARM)), line(""), line("It goes on without this screen.")]
        )
        self.put_keys("escape closes this, the emergency goes on")
        self.run_worker(self._work, thread=True)

    def _work(self) -> None:
        try:
            lines = _told(self._make_safe())
        except Exception as error:  # noqa: BLE001 - whatever it is, it must be on the screen
            lines = [line((f"NOT DONE: {type(error).__name__}: {error}", ALARM)), *_BY_HAND]
        self.app.call_from_thread(self._say_how_it_went, lines)

    def _say_how_it_went(self, lines: list[Line]) -> None:
        self.put(lines)
        self.put_keys("j k scroll, escape closes")


_BY_HAND = [line(""), line("Type 'tomoe emergency' in another terminal, or use the switches on site.")]


def _told(outcome: Outcome) -> list[Line]:
    said = [line(text) for text in outcome.said.splitlines()]
    if outcome.exit_code == 0:
        return [line(("The telescope is safe.", GOOD)), line(""), *said]
    return [line((f"NOT SAFE: exit code {outcome.exit_code}", ALARM)), line(""), *said, *_BY_HAND]
