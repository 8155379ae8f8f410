"""What is struck by faults: appends over two nights, seals the first, appends again, erases a payload.

For each folder named on stdin it forks a child that does so, since starting Python takes six times as long;
the child stops itself until SIGCONT, so that strace can take hold of it. Prints the child's pid, then its
exit status. The child writes to FOLDER.said: 'NUMBER POSITION' for each acknowledged append, 'NUMBER refused'
for each refused one, 'sealed' or 'not sealed', 'erased' or 'not erased'; an event is `NUMBER.INDEX`, three an
append.
"""

from __future__ import annotations

import os
import signal
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


def work(folder: str) -> None:
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


def in_a_child(folder: str) -> None:
    said = os.open(f"{folder}.said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, sys.stdout.fileno())
    os.kill(os.getpid(), signal.SIGSTOP)
    work(folder)


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            in_a_child(line.strip())
            break
        os.waitpid(child, os.WUNTRACED)
        say(str(child))
        say(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
