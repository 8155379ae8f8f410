"""Events that wait to be told to the log: on the disk at once, appended as soon as the log takes them.

Who acts first and tells afterwards must not wait for the log, and must not lose what there is to tell when it
ends. Each event has a command id, so that it is in the log once, whoever appends it, and however often.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tomoe_es.control.raised import error_raised
from tomoe_es.errors import TomoeError
from tomoe_es.events.envelope import Draft
from tomoe_es.log.live_segment import sync_path
from tomoe_es.log.port import Batch, EventLog

if TYPE_CHECKING:
    from tomoe_es.events import Event as AnyEvent
else:
    from tomoe_es.events import AnyEvent

FOLDER = "untold"
"""In the data folder's `run/`."""
SUFFIX = ".json"
DAMAGED_SUFFIX = ".damaged"
"""Of a file that can't be read: it is kept for people."""


class Untold(msgspec.Struct, frozen=True):
    """An event that the log may not hold yet."""

    event: AnyEvent
    time_us: int
    actor: str
    command_id: str


class DamagedUntold(TomoeError):
    """A file of what the log was not told yet can't be read."""

    what_to_do = (
        "look at the `.damaged` file in `run/untold/`: what guardian or emergency did may miss in the log"
    )


encode = msgspec.json.encode
_decode = msgspec.json.Decoder(list[Untold]).decode


def keep_untold(run: Path, events: Sequence[Untold]) -> None:
    """Put events on the disk; those of one call are told together, after those of the calls before."""
    folder = run / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    name = file_name(events)
    part = folder / f".{name}.{os.getpid()}"
    try:
        with part.open("wb") as file:
            file.write(encode(events))
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / f"{name}{SUFFIX}")
        sync_path(folder)  # else the new name may be lost with the power
    except OSError:  # such as a full disk
        part.unlink(missing_ok=True)
        raise


def file_name(events: Sequence[Untold]) -> str:
    """Of the file that holds them, without its suffix: in the order of time."""
    return f"{events[0].time_us:020}-{events[0].command_id.replace(' ', '-').replace('/', '-')}"


def waiting(run: Path) -> list[Path]:
    """Files of what was not told yet, in order of time."""
    return sorted((run / FOLDER).glob(f"[!.]*{SUFFIX}"))


def read_untold(run: Path) -> Iterator[Untold]:
    """Events that wait, in order of time; a file that can't be read, or is told meanwhile, is left out."""
    for path in waiting(run):
        with suppress(OSError, msgspec.MsgspecError):
            yield from _decode(path.read_bytes())


def tell(run: Path, log: EventLog) -> int:
    """Append all that waits, and forget it; how many files. Raises LogError when the log does not take it."""
    files = waiting(run)
    for path in files:
        try:
            events = _decode(path.read_bytes())
        except FileNotFoundError:
            continue  # told by another process
        except msgspec.MsgspecError as error:
            _append(log, [_damaged(path, error)])
            with suppress(FileNotFoundError):  # another process was faster
                path.rename(path.with_suffix(DAMAGED_SUFFIX))
            continue
        _append(log, events)
        path.unlink(missing_ok=True)
    return len(files)


def _append(log: EventLog, events: Sequence[Untold]) -> None:
    log.append_many(
        [
            Batch(
                each.event.stream(),
                [Draft(each.event, each.time_us, actor=each.actor)],
                command_id=each.command_id,
            )
            for each in events
        ]
    )


def _damaged(path: Path, error: msgspec.MsgspecError) -> Untold:
    """What is told instead, at the time that the file is named by."""
    raised = error_raised(FOLDER, DamagedUntold(f"{path.name}: {error}"))
    named = path.name.partition("-")[0]
    time_us = int(named) if named.isdecimal() else path.stat().st_mtime_ns // 1000
    return Untold(raised, time_us, FOLDER, f"damaged {path.name}")
