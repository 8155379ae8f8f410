"""What is drawn on a whole terminal needs one: to draw on, and to be told keys from."""

from __future__ import annotations

import sys

from tomoe_es.errors import UsageError


class TerminalMissing(UsageError):
    """It draws on a whole terminal and listens to keys, but input or output go elsewhere."""

    what_to_do = (
        "give the command in a terminal, without | < or >; `tomoe status` and `tomoe replay show` print text"
    )


def has_terminal() -> bool:
    """Tell whether input and both outputs are a terminal: textual reads the first and draws on the last."""
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    return all(stream is not None and stream.isatty() for stream in streams)


def require_terminal(command: str) -> None:
    """Raise TerminalMissing when there is none: without, the screen would wait for keys for ever."""
    if not has_terminal():
        raise TerminalMissing(
            f"'{command}' needs a terminal: its input or output is a file, a pipe or nothing"
        )
