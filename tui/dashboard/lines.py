"""A line of the screen: pieces of text with their role, cut and padded by the width they take."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.dashboard.palette import NORMAL

Line = tuple[tuple[str, Style], ...]
EMPTY: Line = ()


def line(*pieces: str | tuple[str, Style]) -> Line:
    """A line from pieces; a bare text is normal."""
    return tuple((piece, NORMAL) if isinstance(piece, str) else piece for piece in pieces)


def plain(text: Line) -> str:
    """What a line says, without its colours."""
    return "".join(piece for piece, _ in text)


def column(text: str, width: int) -> str:
    """The text cut or padded to a width in cells; a cut one ends in an ellipsis."""
    text = harmless(text)
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, max(width - 1, 0)) + "…", width)


def columns(width: int, fixed: Sequence[str], rest: str) -> str:
    """Columns that are kept whole, then the rest in what remains of the width."""
    start = "".join(fixed)
    return start + column(rest, max(width - cell_len(start), 0))


def harmless(text: str) -> str:
    """The text without line breaks and control characters, which people's comments may hold."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else " " for letter in text)


def strip_of(text: Line, width: int, added: Style | None = None) -> Strip:
    """The line as Textual draws it, exactly `width` cells wide.

    Every segment carries a Style: Textual under NO_COLOR can't take one without.
    """
    segments = [
        Segment(harmless(piece), style if added is None else style + added) for piece, style in text if piece
    ]
    strip = Strip(segments)
    if strip.cell_length > width:
        ellipsis_style = segments[-1].style or NORMAL
        strip = Strip([*strip.crop(0, max(width - 1, 0)), Segment("…", ellipsis_style)])
    return strip.adjust_cell_length(width, NORMAL if added is None else NORMAL + added)


def wrapped(text: str, width: int) -> list[str]:
    """A text broken at its spaces into lines of at most `width` cells."""
    lines: list[str] = []
    current = ""
    for word in harmless(text).split():
        if current and cell_len(current) + 1 + cell_len(word) > width:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return [*lines, current] if current else lines
