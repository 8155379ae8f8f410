"""An incident: how it is staged, the commands that find its cause, and its page in `docs/incidents/`."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

from projections.projector import Projector
from tests.tomoe_es.control.observatory import Observatory, copy_log
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import CodeRegistered
from tomoe_es.log import open_log
from tomoe_es.log.port import Batch, EventLog
from tui.cli import app
from tui.data_folder import DataFolder

MOST_COMMANDS = 5
WIDEST = 200
HEADER_LINES = 5
"""Lines with which every output of replay begins; they tell of the code, so the pages leave them out."""


class Step(msgspec.Struct, frozen=True):
    """One command, why it is given, and what its output must say."""

    why: str
    command: tuple[str, ...]  # words after `tomoe`
    reveals: tuple[str, ...]


class Incident(msgspec.Struct, frozen=True):
    """A night in which something went wrong, and the way to its cause."""

    number: int
    name: str
    title: str
    seen: str  # what the engineer sees in the morning
    stage: Callable[[], EventLog]
    steps: tuple[Step, ...]
    cause: str

    @property
    def page(self) -> str:
        """Name of its page."""
        return f"{self.number:02d}-{self.name}.md"


def register(night: Observatory) -> None:
    """Say which code writes from now on, as a night's process does.

    A made-up version: identities of jobs are made from it, and the pages should not change with each change
    of the code. Nobody decides by it: a night that goes on reads its devices first.
    """
    code = CodeRegistered(version="0.1.0", source_sha256="0" * 64, commit="", python="3", packages={})
    draft = Draft(code, night.clock.now(), actor="test")
    night.log.append_many([Batch(code.stream(), [draft])])
    night.conductor.write_as(night.conductor.catch_up())


def stage(incident: Incident, top: Path) -> DataFolder:
    """Run the incident's night and leave it as a data folder, with its projections."""
    folder = DataFolder(top)
    copy_log(list(incident.stage().read()), folder.log)
    log = open_log(folder.log_url)
    with Projector(log, folder.projections) as projector:
        projector.catch_up()
    log.close()
    return folder


def outputs(incident: Incident, folder: DataFolder) -> Iterator[tuple[Step, list[str]]]:
    """Each step with what its command prints."""
    with patch.dict(os.environ, {"TOMOE_DATA": str(folder.top)}):
        for step in incident.steps:
            printed = io.StringIO()
            with redirect_stdout(printed):
                answer: Any = app(
                    list(step.command), exit_on_error=False, print_error=False, result_action="return_value"
                )
            assert answer in (0, None), f"{step.command} ended with {answer}"
            yield step, printed.getvalue().splitlines()


def page(incident: Incident, told: list[tuple[Step, list[str]]]) -> str:
    """The page, in Markdown."""
    lines = [f"# {incident.title}", "", incident.seen, "", _how_to_have_it(incident), ""]
    for step, output in told:
        lines += [step.why, "", f"    $ tomoe {' '.join(map(_quoted, step.command))}"]
        lines += [f"    {_shown(line)}".rstrip() for line in _body(step, output)]
        lines.append("")
    lines += [f"**Cause.** {incident.cause}", ""]
    return "\n".join(lines)


def _how_to_have_it(incident: Incident) -> str:
    command = f"`.venv/bin/python -m tests.incidents.staged {incident.page[:2]} FOLDER`"
    return (
        f"{command} stages this night in a new folder; `export TOMOE_DATA=FOLDER` lets the commands below "
        f"read it. Here their heading is left out, and lines are cut at {WIDEST} columns."
    )


def _body(step: Step, output: list[str]) -> list[str]:
    return output[HEADER_LINES:] if step.command[0] == "replay" else output


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w:.%-]+", word) else f"'{word}'"


def _shown(line: str) -> str:
    return line if len(line) <= WIDEST else line[: WIDEST - 3] + "..."
