"""What is struck by faults: fault_worker.py FOLDER. Appends over two nights, seals the first, appends again,
erases the payload of event 2.

Prints 'NUMBER POSITION' for each acknowledged append, 'NUMBER refused' for each refused one, 'sealed' or
'not sealed', 'erased' or 'not erased'; an event is `NUMBER.INDEX`, three an append.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tomoe_es.clock import DAY
from tomoe_es.errors import LogCorrupt, LogError, LogUnavailable
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log.erasing import erase
from tomoe_es.log.sealing import seal
from tomoe_es.log.sqlite_log import SqliteLog

EVENING = 1_702_371_600_000_000


def main(folder: str) -> None:
    log = SqliteLog(Path(folder))
    for number, night in enumerate([0, 0, 1, 1]):
        append(log, number, night)
    try:
        seal(Path(folder), "2023-12-12")
        say("sealed")
    except (LogUnavailable, LogCorrupt):
        say("not sealed")
    append(log, 4, 1)
    try:
        erase(log, 2, who="a", why="b", time=EVENING + DAY)
        say("erased")
    except LogError:
        say("not erased")
    log.close()


def append(log: SqliteLog, number: int, night: int) -> None:
    texts = [f"{number}.{index}" for index in range(3)]
    drafts = [Draft(MessagePosted(recipe_id="r", text=text), EVENING + night * DAY) for text in texts]
    try:
        say(f"{number} {log.append('messages', drafts, command_id=str(number)).last_position}")
    except LogUnavailable:
        say(f"{number} refused")


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  its parent reads this


if __name__ == "__main__":
    main(sys.argv[1])
