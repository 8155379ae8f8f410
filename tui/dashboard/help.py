"""The help screen: keys, and what the letters and words mean."""

from __future__ import annotations

from tui.dashboard.focal_plane import STAGES
from tui.dashboard.lines import Line, line
from tui.dashboard.moment import OLD_AFTER_SECONDS
from tui.dashboard.palette import QUIET, STRONG
from tui.dashboard.sheet import Sheet

KEYS = (
    ("1 to 9", "the panel of that number over the whole screen; again: all panels"),
    ("tab, shift+tab", "next panel, panel before"),
    ("j k, arrows", "next row, row before; page up, page down, home, end"),
    ("enter", "more about the chosen row; a recipe's operations and what is done"),
    ("a", "acknowledge the chosen alarm of panel 9, else the loudest: asks why"),
    ("m", "mute its name for a while: asks for how long and why"),
    ("E", "EMERGENCY: asks once, then closes cover and dome, stops and parks the mount"),
    ("/", "search the history; escape shows all of it again"),
    ("escape, 0", "all panels"),
    ("?", "this page"),
    ("q", "leave; asks when the night was started from here"),
)

_WORDS = (
    ("OLD", f"nothing new was written for {OLD_AFTER_SECONDS:.0f} s of real time: what is shown is old"),
    (
        "LOCK BLOCKING",
        "the telescope is locked (people in the dome), and what is next would move it",
    ),
    ("LATE", "the operation takes longer than its time limit"),
    ("queue PAUSED", "the current recipe goes on to its end, none is taken after it"),
    ("queue SUSPENDED", "conditions are not fit to observe; queue and pool wait"),
    ("×12", "twelve of one name in a burst, on one line"),
    ("! 20:19", "an alarm that is open: neither acknowledged nor over"),
    ("! device", "it does not answer, its reading is old, or it reports a fault"),
    ("backlog", "chip-cubes whose reduction is not finished"),
)


def help_sheet() -> Sheet:
    """The help screen."""
    keys = [entry(key, meaning) for key, meaning in KEYS]
    return Sheet("Keys and words", [*keys, line(""), *words_and_letters()])


def words_and_letters() -> list[Line]:
    """What the words and letters in the panels mean."""
    letters = [
        line((f"  {letter:<16}", style), (word.lower(), QUIET)) for letter, word, style in STAGES.values()
    ]
    return [
        *[entry(word, meaning) for word, meaning in _WORDS],
        line(""),
        line(("chips: small letters are on the way, capitals are final", QUIET)),
        *letters,
        line((f"  {'o':<16}waits for its first data of this exposure", QUIET)),
        line((f"  {'·':<16}not in use tonight", QUIET)),
    ]


def entry(name: str, meaning: str) -> Line:
    """A key or a word, and what it means."""
    return line((f"{name:<17} ", STRONG), meaning)
