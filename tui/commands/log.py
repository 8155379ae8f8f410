"""`tomoe log`: look into the log; `log_trust` holds the commands that keep and prove it."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from tomoe_es.clock import isot, to_datetime
from tomoe_es.errors import TomoeError
from tomoe_es.events import EVENT_TYPES
from tomoe_es.events.envelope import Recorded
from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog
from tomoe_es.night import JST
from tui.commands import log_trust
from tui.commands.event_text import event_text
from tui.data_folder import data_folder
from tui.numbers import Positive, Whole

app = App(name="log", help="Look into the log of events, keep it, and prove what it holds.")
for command in (
    log_trust.seal,
    log_trust.verify,
    log_trust.prove,
    log_trust.checkpoint,
    log_trust.erase,
    log_trust.export_tiles,
):
    app.command(command)

FOLLOW_SECONDS = 1.0


class NoSuchEvent(TomoeError):
    """No event of the log has this position, stream or type."""

    what_to_do = "check position, stream or type with `tomoe log tail`"


@app.command
def tail(
    *,
    lines: Positive = 20,
    follow: bool = False,
    types: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)] = (),
    stream: str | None = None,
    json: bool = False,
    data: Path | None = None,
) -> int:
    """Print the last events, one a line.

    Parameters
    ----------
    lines
        How many events.
    follow
        Go on with what is appended, until Ctrl-C.
    types
        Only events of these types, such as RecipeStarted.
    stream
        Only events of one stream, such as mount.
    json
        One JSON object a line.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    _check_types(types)
    with _opened(data) as log:
        head = log.head()
        last = _last(log, head, lines, types, stream)
        if stream is not None and not follow and next(log.read_stream(stream), None) is None:
            raise NoSuchEvent(
                f"no event is of the stream '{stream}': 'tomoe log tail' shows what they are called"
            )
        _print(last, json)
        if follow:
            _follow(log, head, types, stream, json)
    return 0


@app.command
def show(position: Whole, *, json: bool = False, data: Path | None = None) -> int:
    """Print one event whole: its envelope, and every field of its payload.

    Parameters
    ----------
    position
        Position of the event in the log, from 1.
    json
        As one JSON object.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    with _opened(data) as log:
        found = next(iter(log.read(after=position - 1, until=position)), None) if position > 0 else None
        if found is None:
            holds = f"it holds 1 to {log.head()}" if log.head() else "it holds none yet"
            raise NoSuchEvent(f"the log has no event {position}: {holds}")
    if json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        return 0
    moment = to_datetime(found.time)
    envelope = {
        "position": found.position,
        "stream": f"{found.stream} (version {found.version})",
        "type": type(found.payload).__name__,
        "time": f"{isot(found.time, 6)} UTC   {moment.astimezone(JST):%Y-%m-%d %H:%M:%S} JST",
        "actor": found.actor,
        "cause": found.cause or "none",
        "correlation": found.correlation or "none",
        "code": found.code,
    }
    for name, value in envelope.items():
        sys.stdout.write(f"{name:12} {value}\n")
    payload = msgspec.json.format(msgspec.json.encode(found.payload), indent=2).decode()
    sys.stdout.write(f"payload      {payload}\n")
    return 0


@contextmanager
def _opened(data: Path | None) -> Iterator[EventLog]:
    """The log of a data folder, closed afterwards."""
    folder = data_folder(data)
    folder.require()
    with closing(open_log(folder.log_url)) as log:
        yield log


def _check_types(types: tuple[str, ...]) -> None:
    for each in types:
        if each not in EVENT_TYPES:
            raise NoSuchEvent(f"no event type is called '{each}': see events.schema.json for the list")


def _last(
    log: EventLog, head: int, lines: int, types: tuple[str, ...], stream: str | None
) -> Iterable[Recorded]:
    if stream is not None:
        chosen = (
            each for each in log.read_stream(stream) if not types or type(each.payload).__name__ in types
        )
        return deque(chosen, maxlen=lines)
    if not types:
        return log.read(after=max(0, head - lines))
    return deque(log.read(types=types), maxlen=lines)


def _follow(log: EventLog, head: int, types: tuple[str, ...], stream: str | None, json: bool) -> None:
    subscription = log.subscribe(head)
    try:
        while True:
            subscription.wait(FOLLOW_SECONDS)
            events = subscription.poll()
            _print(
                (
                    each
                    for each in events
                    if (not types or type(each.payload).__name__ in types)
                    and (stream is None or each.stream == stream)
                ),
                json,
            )
    finally:
        subscription.close()


def _print(events: Iterable[Recorded], json: bool) -> None:
    for each in events:
        if json:
            sys.stdout.write(msgspec.json.encode(each).decode() + "\n")
            continue
        moment = to_datetime(each.time).astimezone(JST)
        text = event_text(each.payload)
        sys.stdout.write(f"{each.position:>8} {moment:%H:%M:%S} JST {each.stream:24} {text}\n")
    sys.stdout.flush()
