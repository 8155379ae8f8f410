"""An exception that ends one of the system's processes is told to the log, where it becomes an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tomoe_es.control.raised import error_raised
from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft
from tomoe_es.log.port import EventLog
from tui.time_of_night import time_now


def record(log: EventLog, event: Event, actor: str) -> None:
    """Append what a process tells of itself, at the time of the night."""
    log.append(event.stream(), [Draft(event, time_now(log), actor=actor)])


@contextmanager
def telling_errors(log: EventLog, process: str) -> Iterator[None]:
    """Record what ends the process, and let it end."""
    try:
        yield
    except Exception as error:
        with suppress(Exception):  # it may be the log that fails: what is told is the first error
            record(log, error_raised(process, error), process)
        raise
