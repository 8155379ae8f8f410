"""A line of the screen: pieces of text with their role, cut and padded by the width they take."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.dashboard.palette import GROUND, NORMAL

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


def whole_words(text: str, width: int) -> str:
    """As many words of the text as a width holds: half a number would be another number.

    A first word that is too long alone is left as it is.
    """
    if cell_len(text) <= width:
        return text
    while " " in text and cell_len(text) > width:
        text = text[: text.rindex(" ")].rstrip(" ,")
    return text


def harmless(text: str) -> str:
    """The text without line breaks and control characters, which people's comments may hold."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else " " for letter in text)


def strip_of(text: Line, width: int, ground: Style = GROUND) -> Strip:
    """The line as Textual draws it, exactly `width` cells wide, on a ground of one colour.

    Every segment carries a Style: Textual under NO_COLOR can't take one without.
    """
    segments = [Segment(harmless(piece), ground + style) for piece, style in text if piece]
    strip = Strip(segments)
    if strip.cell_length > width:
        ellipsis_style = segments[-1].style or ground
        strip = Strip([*strip.crop(0, max(width - 1, 0)), Segment("…", ellipsis_style)])
    return strip.adjust_cell_length(width, ground)


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


def folded(text: Line, width: int) -> list[Line]:
    """A line broken at its spaces into lines of at most `width` cells.

    What follows a name and its space, or an indentation, goes on below its own beginning.
    """
    if cell_len(plain(text)) <= width or not text:
        return [text]
    *names, (words, style) = text
    before = cell_len(plain(tuple(names))) if names else cell_len(words) - cell_len(words.lstrip())
    parts = wrapped(words, max(width - before, 1))
    first = parts[:1] if names else [" " * before + each for each in parts[:1]]
    return [
        *[(*names, (each, style)) for each in first],
        *[((" " * before, style), (each, style)) for each in parts[1:]],
    ]
