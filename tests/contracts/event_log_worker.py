"""A process that appends: event_log_worker.py URL STREAM APPENDS EVENTS_EACH [HOURS_BETWEEN_APPENDS].

Prints 'ready', waits for a line, then prints the last position of each append after it was acknowledged.
"""

from __future__ import annotations

import sys

from tomoe_es.clock import HOUR
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log import open_log


def main(url: str, stream: str, appends: int, events_each: int, hours: int = 0) -> None:
    log = open_log(url)
    print("ready", flush=True)  # noqa: T201  its parent reads this
    sys.stdin.readline()
    for number in range(appends):
        drafts = [
            Draft(
                MessagePosted(recipe_id=stream, text=f"{number}.{index}"),
                time=1_702_371_600_000_000 + number * hours * HOUR,
            )
            for index in range(events_each)
        ]
        print(log.append(stream, drafts).last_position, flush=True)  # noqa: T201  its parent reads this
    log.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
