"""The help screen of replay, and the keys of its bottom line."""

from __future__ import annotations

from replay.night import Identity
from tui.dashboard.help import entry, words_and_letters
from tui.dashboard.key_line import Keys
from tui.dashboard.lines import Line, line
from tui.dashboard.palette import QUIET, STRONG
from tui.dashboard.sheet import Sheet

KEYS: Keys = (
    ("space", "play"),
    (", .", "step"),
    ("o", "oper"),
    ("x", "expo"),
    ("r", "recipe"),
    ("[ ]", "alarm"),
    ("< >", "speed"),
    (":", "go"),
    ("/ n", "find"),
    ("e", "list"),
    ("w", "why"),
    ("?", "help"),
    ("q", "quit"),
)
LEFT_OUT = ("o", "x", "r", "< >", "e")

_MOVES = (
    ("space", "play, pause"),
    (". ,", "one event on, one back"),
    ("o O", "next operation, operation before"),
    ("x X", "next exposure, exposure before"),
    ("r R", "next recipe, recipe before"),
    ("] [", "next violation, violation before"),
    ("right left", "a minute on, a minute back; with shift a tenth of the night"),
    ("g G", "start, end of the night"),
    (":", "go to what you type: 22:14 (JST), '13:14 UTC', 1234, 50%, exposure:12, recipe:3f2a"),
    ("%", "go to a percentage that you type"),
    ("b", "back to where you were before the last jump"),
    ("> <", "faster, slower; ':' and x250 is any speed"),
)
_FINDING = (
    ("/", "find where a condition comes to hold, over the whole night; ◆ on the timeline"),
    ("n N", "next place of it, place before"),
    ("e", "the events around the playhead; again: away"),
    ("w", "pause; why: causes of the chosen event, back to what began it; again: away"),
    ("enter", "in events and why: go to the chosen event; in other panels: more about the row"),
)
_PANELS = (
    ("1 to 9", "the panel of that number over the whole screen; again: all panels"),
    ("tab, shift+tab", "next panel, panel before"),
    ("j k, up down", "next row, row before; page up, page down, home, end"),
    ("f", "search the history"),
    ("escape, 0", "all panels"),
    ("q", "leave"),
)
_TIMELINE = (
    ("! +", "an alarm: serious or critical; a lesser one"),
    ("█ ▓", "a recipe is carried out"),
    ("░ ▒", "clouds; weather that is not safe"),
)


def help_sheet(identity: Identity | None) -> Sheet:
    """Which night of which log this is; keys and words."""
    told = [line((each, STRONG)) for each in identity.lines()] if identity is not None else []
    return Sheet(
        "REPLAY: keys and words",
        [
            line("This is the past. Nothing here acts on the telescope, or writes to the log."),
            *told,
            *_section("go through the night", _MOVES),
            *_section("find out why", _FINDING),
            *_section("panels, as on the live screen", _PANELS),
            *_section("timeline", _TIMELINE),
            line(""),
            *words_and_letters(),
        ],
    )


def _section(title: str, entries: tuple[tuple[str, str], ...]) -> list[Line]:
    return [line(""), line((title, QUIET)), *(entry(key, meaning) for key, meaning in entries)]
