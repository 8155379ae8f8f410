"""Whole numbers as commands take them: nothing is rounded, and what is too small or too large is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter, Token
from cyclopts.validators import Number


def _whole(_: Any, tokens: Sequence[Token]) -> int:
    """`2.7` is no position: the event that it was rounded to might be erased for it."""
    text = tokens[0].value
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ValueError(f'"{text}" is no whole number')
    return int(text)


_MOST = 10**12
"""More than the events of ten years is a slip of the hand."""

Whole = Annotated[int, Parameter(converter=_whole)]
NotNegative = Annotated[int, Parameter(converter=_whole, validator=Number(gte=0, lte=_MOST))]
Positive = Annotated[int, Parameter(converter=_whole, validator=Number(gte=1, lte=_MOST))]
