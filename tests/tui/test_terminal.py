"""Names and reasons with control characters are shown, never obeyed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.terminal import CLEAR_SCREEN, clear_screen, obeyed, only_shown, shown

SAYS = """
import sys
from tui import cli

@cli.app.command
def say(text: str) -> int:
    sys.stdout.write(f"{text}\\n")
    sys.stderr.write(f"{text}\\n")
    return 0

sys.argv = ["tomoe", "say", "a\\x1b[31mb\\x9bc"]
cli.main()
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("clouds\n\tand wind", "clouds\n\tand wind"),
        ("三好 真, 9.8 °C …", "三好 真, 9.8 °C …"),
        ("a\x1b[2Jb", "a\\u001b[2Jb"),
        ("a\rb\x07\x7f\x9b", "a\\rb\\u0007\\u007f\\u009b"),
        ("a\u202eb\u2028", "a\\u202eb\\u2028"),
        ("a\udcffb", "a\\udcffb"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(st.text())
def test_nothing_that_is_obeyed_is_left(text: str) -> None:
    assert not any(obeyed(each) for each in shown(text) if each not in "\n\t")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_line_of_json_says_the_same(text: str) -> None:
    line = msgspec.json.encode({"who": text}).decode()
    assert json.loads(shown(line)) == {"who": text}


def test_whatever_a_command_prints_is_only_shown() -> None:
    done = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("a\\u001b[31mb\\u009bc\n",) * 2


def test_the_screen_can_be_cleared_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    with only_shown():
        clear_screen()
    assert capsys.readouterr().out == CLEAR_SCREEN


def test_an_error_shows_the_name_of_a_file_that_holds_escape_codes(tmp_path: Path) -> None:
    tomoe = Path(sys.executable).with_name("tomoe")
    (tmp_path / "log").mkdir()
    done = subprocess.run(
        [tomoe, "queue", "submit", "\x1b[31mred.yaml", "--data", tmp_path],
        capture_output=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 2
    assert b"\\u001b[31mred.yaml" in done.stderr
    assert b"\x1b" not in done.stderr + done.stdout
