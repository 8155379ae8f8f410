"""The dashboard: follows a night in the background, shows it, and lets a person answer its alarms."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterable
from threading import Event as Signal
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from projections.causal_chain import Link
from projections.overview_model import AlarmLine, Overview
from tomoe_es.clock import SECOND, Clock
from tui.dashboard.asking import EmergencySheet, acknowledge_sheet, mute_sheet
from tui.dashboard.banner import critical_text, dead_text, failure_text, old_text
from tui.dashboard.commands import Commands
from tui.dashboard.follower import Follower, OverviewRead, ReadingFailed
from tui.dashboard.help import help_sheet
from tui.dashboard.key_line import KeyLine
from tui.dashboard.lines import line
from tui.dashboard.moment import Freshness, Moment
from tui.dashboard.night_app import NightApp
from tui.dashboard.recipe_operations import RecipeProgress
from tui.dashboard.sheet import LeavingSheet, Sheet
from tui.dashboard.source import OverviewSource
from tui.dashboard.status_bar import StatusBar
from tui.dashboard.summary import summary_lines
from tui.dashboard.violations import ViolationsPanel

LINGER_SECONDS = 4.0
"""How long the summary of a night that has ended stays before the dashboard leaves by itself."""

READ_EVERY_SECONDS = 0.25
"""How often the projections are looked at; they are read only when they have changed."""

CRITICAL_KEYS = "9 enter: detail, a: acknowledge"


class DashboardApp(NightApp):
    """The night as it goes. Returns 0, or the exit code of the night's own process when that failed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "first"),
        Binding("G", "last"),
        Binding("slash", "filter"),
        Binding("a", "acknowledge"),
        Binding("m", "mute"),
        Binding("E", "emergency"),
        Binding("ctrl+c,ctrl+q", "leave", priority=True),  # the same question, also over an open sheet
    ]

    def __init__(
        self,
        source: OverviewSource,
        clock: Clock,
        *,
        leave_when_ended: bool = False,
        night_process: subprocess.Popen[bytes] | None = None,
        read_every_seconds: float = READ_EVERY_SECONDS,
        commands: Commands | None = None,
    ) -> None:
        """Without `commands` this screen only watches."""
        super().__init__()
        self._commands = commands
        self._source, self._clock = source, clock
        self._leave_when_ended = leave_when_ended
        self._night_process = night_process
        self._leaving = Signal()
        self._follower = Follower(source, self.post_message, self._leaving, read_every_seconds)
        self._freshness = Freshness()
        self._overview: Overview | None = None
        self.failure = ""
        self._ended_us = 0
        self._summary: Sheet | None = None

    def top(self) -> Iterable[Widget]:
        """The status bar."""
        yield StatusBar()

    def bottom(self) -> Iterable[Widget]:
        """The keys."""
        yield KeyLine()

    def recipe(self, recipe_id: str) -> RecipeProgress:
        """From the source."""
        return self._source.recipe(recipe_id)

    def chain(self, position: int) -> list[Link]:
        """From the source."""
        return self._source.chain(position)

    def on_mount(self) -> None:
        """Start following; the clock goes on once a second."""
        self.run_worker(self._follower.run, thread=True, exit_on_error=True)
        self.set_interval(1.0, self.tick)

    def on_unmount(self) -> None:
        """Let the background thread end."""
        self._leaving.set()

    def on_overview_read(self, message: OverviewRead) -> None:
        """Show what was read."""
        self.failure = ""
        self._overview = message.overview
        self._freshness.take(message.overview, message.written_us)
        self.tick()

    def on_reading_failed(self, message: ReadingFailed) -> None:
        """Say what can't be read; what was read before stays."""
        self.failure = failure_text(message.error)
        self.tick()

    @property
    def moment(self) -> Moment | None:
        """What is to be shown now; None before the first overview."""
        return None if self._overview is None else self._freshness.moment(self._overview, self._clock.now())

    def tick(self) -> None:
        """Show the present moment, and leave when it is time to."""
        if self.is_left:
            return
        moment, dashboard = self.moment, self.screen_stack[0]
        old = moment is not None and moment.condition == "old" and self._exit_code() is None
        dead = dead_text(moment) if moment is not None else ""
        told = self.failure or dead or (old_text(moment, lives=self._night_lives()) if old and moment else "")
        critical = critical_text(moment, CRITICAL_KEYS) if moment is not None else ""
        self.say_in_banner("\n".join(each for each in (critical, told) if each))
        dashboard.set_class(bool(self.failure or dead) or old, "old")
        if moment is not None:
            dashboard.query_one(StatusBar).show(moment)
            self.show(moment)
        self._leave_after_the_end()

    def _night_lives(self) -> bool:
        return self._night_process is not None or self._source.night_lives()

    def _exit_code(self) -> int | None:
        return None if self._night_process is None else self._night_process.poll()

    def _leave_after_the_end(self) -> None:
        """Show the summary when the night is over, and leave after it was shown for a while."""
        if not self._leave_when_ended:
            return
        if self._night_process is not None:
            over = self._exit_code() is not None
        else:
            over = self._overview is not None and self._overview.night.phase == "ended"
        if not over:
            return
        if not self._ended_us:
            self._ended_us = self._clock.now()
            return  # the panels first show how the night ended
        self._show_summary()
        if self._clock.now() - self._ended_us >= LINGER_SECONDS * SECOND:
            self.exit(self._exit_code() or 0)

    def _show_summary(self) -> None:
        if self._overview is None:
            return
        lines = summary_lines(self._overview, self._exit_code())
        if self._summary is None:
            self._summary = Sheet("The night", lines, "the dashboard leaves by itself")
            self.push_screen(self._summary, self._leave_at_once)
        elif lines != self._summary.lines:
            self._summary.put(lines)

    def _leave_at_once(self, _: object) -> None:
        self.exit(self._exit_code() or 0)

    def action_acknowledge(self) -> None:
        """Ask why the chosen alarm is acknowledged; without a chosen one it is the loudest."""
        alarm, commands = self._chosen_alarm(), self._commands
        if commands is None:
            return
        if alarm is None or not alarm.open:
            nothing = "no alarm is open" if alarm is None else f"{alarm.name} is not open any more"
            self.push_screen(Sheet("Acknowledge", [line(f"There is nothing to acknowledge: {nothing}.")]))
        else:
            self.push_screen(acknowledge_sheet(alarm, lambda why: commands.acknowledge(alarm, why)))

    def _chosen_alarm(self) -> AlarmLine | None:
        panel = self.query_one(ViolationsPanel)
        if panel.display:
            return panel.chosen
        return next(iter(self._overview.alarms), None) if self._overview is not None else None

    def action_mute(self) -> None:
        """Ask for how long, and why, the name of the chosen alarm is muted."""
        alarm, commands = self._chosen_alarm(), self._commands
        if alarm is not None and alarm.kind == "violation" and commands is not None:
            self.push_screen(
                mute_sheet(alarm, lambda duration, why: commands.mute(alarm.name, duration, why))
            )

    def action_emergency(self) -> None:
        """Ask once, then have the telescope made safe."""
        if self._commands is not None:
            self.push_screen(EmergencySheet(self._commands.emergency))

    def action_help(self) -> None:
        """Keys and words."""
        self.push_screen(help_sheet())

    def action_leave(self) -> None:
        """Leave; ask first when the night that was started from here is running."""
        if self._night_process is None or self._night_process.poll() is not None:
            self.exit(self._exit_code() or 0)
        elif not isinstance(self.screen, LeavingSheet):
            self.push_screen(LeavingSheet(), self._leave_as_answered)

    def _leave_as_answered(self, answer: str | None) -> None:
        """Leave the night running; or ask it to stop, and watch it shut down before leaving."""
        if answer == "leave":
            self.exit(0)
        elif answer == "stop" and self._night_process is not None:
            self._night_process.send_signal(signal.SIGTERM)
            self._leave_when_ended = True
