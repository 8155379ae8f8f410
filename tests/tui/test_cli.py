"""The command line as a process: what becomes of it when its reader goes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

MAIN = """
import sys
from cyclopts import App
from tui import cli

@cli.app.command
def endless() -> int:
    while True:
        sys.stdout.write("more\\n")

@cli.app.command
def tell() -> int:
    sys.stdout.write("told\\n")
    return 1

if sys.argv[1] == "night":
    cli.app = App()

    @cli.app.command
    def night() -> int:
        raise BrokenPipeError("to a worker")

sys.argv = ["tomoe", *sys.argv[1:]]
cli.main()
"""


def run_without_reader(*arguments: str) -> tuple[int, bytes]:
    """Exit code and what is told on standard error."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", MAIN, *arguments]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False, env=buffered)
    os.close(writer)
    return done.returncode, done.stderr


@pytest.mark.parametrize(("command", "code"), [("endless", 0), ("tell", 1)])
def test_a_reader_that_has_enough_is_no_error(command: str, code: int) -> None:
    assert run_without_reader(command) == (code, b"")


def test_a_broken_pipe_within_a_night_is_not_taken_for_its_reader() -> None:
    code, told = run_without_reader("night")
    assert code == 1
    assert b"BrokenPipeError: to a worker" in told
