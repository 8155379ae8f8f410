"""Opening the log of a year: 365 sealed nights and the open one."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tomoe_es.clock import DAY, HOUR
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log import open_log
from tomoe_es.log.sealing import seal
from tomoe_es.log.segment_names import list_segments
from tomoe_es.night import night_span

NIGHTS, EVENTS = 366, 300
EVENING = night_span("2023-01-01")[0] + 6 * HOUR


def opening_ms() -> float:
    """Milliseconds, the median of 20, until the head is known and the first and the last event are read."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}"
        log = open_log(url)
        for night in range(NIGHTS):
            draft = Draft(MessagePosted(recipe_id="r", text="clear"), EVENING + night * DAY)
            log.append(f"messages/{night}", [draft] * EVENTS)
        log.close()
        for segment in list_segments(folder)[:-1]:
            seal(folder, segment.night)
        return median(_open(url) for _ in range(20))


def _open(url: str) -> float:
    start = time.perf_counter()
    log = open_log(url)
    head = log.head()
    ends = [next(iter(log.read())), next(iter(log.read(after=head - 1)))]
    taken = time.perf_counter() - start
    log.close()
    if [each.position for each in ends] != [1, NIGHTS * EVENTS]:
        raise AssertionError("the year is not whole")
    return taken * 1000
