"""A person's word that makes things safer gets through on a full disk too, and beside a damaged log.

It may use the room that the night has set aside for the log. When that is used up as well, or the log can't
be read or written for another reason, the word is kept beside it, as what guardian and emergency did is, and
appended as soon as the log takes it.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import NoReturn

import msgspec

from adapters.log_reserve import LogWithReserve
from adapters.sign_of_life import read_signs
from adapters.untold import Untold
from adapters.untold_reserve import FOR_PEOPLE, Keeper
from tomoe_es.control import state as control_state
from tomoe_es.control.state import Control
from tomoe_es.errors import LogCorrupt, LogUnavailable, TomoeError
from tomoe_es.events import Event
from tomoe_es.log import open_log
from tui import running_night
from tui.data_folder import DataFolder

TOLD_AFTER_SECONDS = 3.0
_WAITS = (
    "the log does not answer yet, as when a process hung while it wrote: waiting, at most half a minute; "
    "in danger use 'tomoe emergency' from another terminal\n"
)
_BREAK_OFF = (signal.SIGTERM, signal.SIGHUP)


class WordNotRecorded(TomoeError):
    """The log can't be used: the word is kept and recorded later, and no night acts on it before that."""

    what_to_do = "in danger use `tomoe emergency`, which needs no log; make room, or restore a damaged night"


class Said(msgspec.Struct, frozen=True):
    """A word that is in the log, and the hands on queue and lock before it."""

    position: int
    before: Control


def _nobody_yet() -> None:
    """Nobody needs to know it before the log does."""


def _nobody_else(_position: int) -> None:
    """The night finds the word in the log; there is nobody besides who must know it."""


def say(
    folder: DataFolder,
    stream: str,
    decide: Callable[[Control], Event],
    actor: str,
    *,
    by_day: bool = False,
    beforehand: Callable[[], object] = _nobody_yet,
    afterwards: Callable[[int], None] = _nobody_else,
) -> Said:
    """As `running_night.say`, on the log of a folder; raises WordNotRecorded besides.

    A word that can't be decided on the log, since that can't be read, is decided as if nobody's hand were on
    queue or lock. `beforehand` is called as soon as it is decided: a log that somebody holds keeps it waiting
    for half a minute. From then on it is kept beside the log when it is broken off, too. `afterwards` is
    called with its position, or 0 when it is kept beside the log.
    """
    folder.require()
    before, told = control_state.initial(), False
    try:
        with closing(LogWithReserve(open_log(folder.log_url), folder.log)) as log, _broken_off_in_order():
            before = running_night.hands(log)
            decide(before)
            told = True
            beforehand()
            with _telling_that_it_waits():
                position = running_night.say(log, stream, decide, actor, by_day=by_day)
    except (LogUnavailable, LogCorrupt, running_night.LogTooBusy) as error:
        _keep(folder, decide(before), actor, error, afterwards)
    except (KeyboardInterrupt, SystemExit):
        if told:  # others may act on it already: it is not lost
            with suppress(OSError):
                _put_beside(folder, decide(before), actor)
        raise
    afterwards(position)
    return Said(position, before)


@contextmanager
def _broken_off_in_order() -> Iterator[None]:
    """A terminal that is closed, or a kill, ends it as Ctrl-C does."""

    def end(number: int, _frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    former = [(each, signal.signal(each, end)) for each in _BREAK_OFF]
    try:
        yield
    finally:
        for each, handler in former:
            signal.signal(each, handler)


@contextmanager
def _telling_that_it_waits() -> Iterator[None]:
    """Nobody should have to guess why nothing happens."""
    timer = threading.Timer(TOLD_AFTER_SECONDS, lambda: sys.stderr.write(_WAITS))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _keep(
    folder: DataFolder, event: Event, actor: str, error: TomoeError, afterwards: Callable[[int], None]
) -> NoReturn:
    try:
        _put_beside(folder, event, actor)
    except OSError as second:
        raise WordNotRecorded(
            f"the log can't be used ({error}), and there is no room to keep it beside the log either "
            f"({second}): nothing was recorded, say it again when there is room; in danger: tomoe emergency"
        ) from error
    afterwards(0)
    raise WordNotRecorded(
        f"the log can't be used just now ({error}): this is kept in {folder.run} and recorded as soon as "
        "it takes it; until then the night does not act on it: in danger use 'tomoe emergency'"
    ) from error


def _put_beside(folder: DataFolder, event: Event, actor: str) -> None:
    """Where guardian and night look for what the log was not told yet. Raises OSError."""
    untold = Untold(event, _time_now(folder), actor, f"{actor} {uuid.uuid4()}")
    Keeper(folder.run, FOR_PEOPLE).keep([untold])


def _time_now(folder: DataFolder) -> int:
    """The time of the night by the newest sign of life, else that of this machine."""
    signs = read_signs(folder.run).values()
    return max((sign.night_us for sign in signs), default=0) or time.time_ns() // 1000
