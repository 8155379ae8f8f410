"""A reason is words that the next person can read, or it is refused before anything is done."""

from __future__ import annotations

import pytest

from tomoe_es.control.alarm_answers import ReasonMissing
from tui.said import WordsUnreadable, said, said_or_not


def test_words_are_taken_without_the_space_around_them() -> None:
    assert said(" wind, and 雪 \u3000") == "wind, and 雪"


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_a_reason_that_is_needed_is_not_empty(text: str) -> None:
    assert said_or_not(text) == ""
    with pytest.raises(ReasonMissing, match="--why is empty"):
        said(text)


@pytest.mark.parametrize("text", ["a\x1b[2J", "a\nb", "a\r", "a\u202eb", "a\udcff", "a\x00"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(WordsUnreadable, match="control character") as raised:
        said_or_not(text)
    assert str(raised.value).isprintable()


def test_a_novel_is_refused() -> None:
    with pytest.raises(WordsUnreadable, match="1001 characters"):
        said("x" * 1001, "--who")
