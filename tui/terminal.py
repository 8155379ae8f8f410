"""What is printed never commands the terminal: control characters in names, reasons and files are shown."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO, cast

CLEAR_SCREEN = "\x1b[H\x1b[2J"

_LINES = "\n\t"
_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of what is carried out, not shown: controls, direction, broken halves, line ends."""


def obeyed(letter: str) -> bool:
    """Tell whether a terminal would do something else than show this character."""
    return unicodedata.category(letter) in _OBEYED


def shown(text: str) -> str:
    r"""The text with control characters written out as in JSON, such as `\u001b`; its lines stay."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(json.dumps(each)[1:-1] if obeyed(each) and each not in _LINES else each for each in text)


class ShownText:
    """A text stream that shows what a terminal would obey. A string of JSON stays the same string."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write the text as it is shown."""
        self.stream.write(shown(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def only_shown() -> Iterator[None]:
    """Within, whatever is printed is only shown."""
    out, error = (cast(TextIO, ShownText(stream)) for stream in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(error):
        yield


def clear_screen() -> None:
    """Begin at the top of an empty terminal."""
    stream: Any = sys.stdout
    (stream.stream if isinstance(stream, ShownText) else stream).write(CLEAR_SCREEN)
