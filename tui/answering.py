"""Records a person's answer to an alarm, decided on what the log says at that moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing

from projections.projector import Projector
from tomoe_es.control import alarm_answers
from tomoe_es.control.alarm_answers import Answers
from tomoe_es.errors import DataFolderInUse, VersionConflict
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft
from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog
from tui.data_folder import DataFolder
from tui.time_of_night import time_now

STREAM = "monitor"
TRIES = 50
"""The monitor writes to the same stream: an answer is decided again on what it wrote meanwhile."""

Decide = Callable[[Answers, int], Sequence[Event]]
"""(violations and what is muted, the time now): the events to record; raises TomoeError."""


def answer(folder: DataFolder, decide: Decide, actor: str) -> Sequence[Event]:
    """Decide and record; returns what was recorded."""
    folder.require()
    with closing(open_log(folder.log_url)) as log:
        state, version = alarm_answers.initial(), 0
        for tried in range(TRIES):
            for recorded in log.read_stream(STREAM, after=version):
                alarm_answers.evolve(state, recorded)
                version = recorded.version
            now = time_now(log)
            events = decide(state, now)
            try:
                log.append(
                    STREAM, [Draft(event, now, actor=actor) for event in events], expected_version=version
                )
            except VersionConflict:
                if tried == TRIES - 1:
                    raise
            else:
                _show(folder, log)
                return events
    raise AssertionError("the loop returns or raises")


def _show(folder: DataFolder, log: EventLog) -> None:
    """By day nobody projects: let the screens show the answer, unless a night's projector does that."""
    try:
        with Projector(log, folder.projections, mend=True) as projector:
            projector.catch_up()
    except DataFolderInUse:
        return


def acknowledge(
    folder: DataFolder, alarm: int | str, who: str, why: str, actor: str, until: int | None = None
) -> Sequence[Event]:
    """Acknowledge a violation by its position, or all open ones of a name that were detected by `until`."""
    said_us = time.time_ns() // 1000
    return answer(
        folder, lambda state, _: alarm_answers.acknowledge(state, alarm, who, why, said_us, until), actor
    )


def mute(folder: DataFolder, name: str, for_us: int, who: str, why: str, actor: str) -> Sequence[Event]:
    """Mute a name for a while."""
    return answer(
        folder, lambda state, now: [alarm_answers.mute(state, name, now + for_us, now, who, why)], actor
    )


def unmute(folder: DataFolder, name: str, who: str, why: str, actor: str) -> Sequence[Event]:
    """Announce a name again."""
    return answer(folder, lambda state, now: [alarm_answers.unmute(state, name, now, who, why)], actor)
