"""Processes as their events tell them."""

from __future__ import annotations

from projections import processes
from projections.overview_model import ProcessLine
from tests.projections.folding import folded
from tests.projections.night_story import START
from tomoe_es.events import Event
from tomoe_es.events.safety import ProcessFellSilent, ProcessHeardAgain
from tomoe_es.events.system import ProcessStarted, ProcessStopped


def guardian(*events: Event) -> ProcessLine:
    [line] = folded(
        processes.PROJECTION, [(START + number, event) for number, event in enumerate(events)]
    ).lines()
    assert isinstance(line, ProcessLine)
    return line


STARTED = ProcessStarted(process="guardian", pid=7, host="kiso")
SILENT = ProcessFellSilent(process="guardian", pid=7, silent_seconds=12.0)


def test_a_process_runs_falls_silent_and_is_heard_again() -> None:
    assert guardian(STARTED).state == "running"
    silent = guardian(STARTED, SILENT)
    assert (silent.state, silent.reason, silent.since_us) == ("silent", "no sign of life for 12 s", START + 1)
    assert guardian(STARTED, SILENT, ProcessHeardAgain(process="guardian", pid=7)).state == "running"


def test_the_end_of_one_that_was_replaced_does_not_end_its_successor() -> None:
    stopped = ProcessStopped(process="guardian", pid=7, reason="it died")
    assert guardian(STARTED, stopped).state == "stopped"
    assert (
        guardian(STARTED, ProcessStarted(process="guardian", pid=8, host="kiso"), stopped).state == "running"
    )
