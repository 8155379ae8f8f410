"""What a person says on the command line, such as a reason: refused where it could not be read later."""

from __future__ import annotations

from tomoe_es.control.alarm_answers import ReasonMissing
from tomoe_es.errors import UsageError
from tui.terminal import obeyed

LONGEST = 1000


class WordsUnreadable(UsageError):
    """What was said is far too long, or holds control characters."""

    what_to_do = "say it in a few plain words"


def said(text: str, option: str = "--why") -> str:
    """Words that are needed, without the space around them; raises ReasonMissing, WordsUnreadable."""
    words = said_or_not(text, option)
    if not words:
        raise ReasonMissing(f"{option} is empty: say it in a few words, for whoever comes next")
    return words


def said_or_not(text: str, option: str = "--why") -> str:
    """Words that may be left out; raises WordsUnreadable."""
    if any(obeyed(letter) for letter in text):
        raise WordsUnreadable(
            f"{option} holds a control character or a line break: {text!a}: say it in plain words"
        )
    if len(text) > LONGEST:
        raise WordsUnreadable(f"{option} has {len(text)} characters: say it in {LONGEST} at most")
    return text.strip()
