"""`tomoe log seal | verify | prove | checkpoint | erase`: keep the log, and show that it is what it was."""

from __future__ import annotations

import os
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tomoe_es.control import evolution
from tomoe_es.errors import TomoeError, UsageError
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.recipe import RecipeCancelled, RecipeCompleted, RecipeExpired, RecipeSubmitted
from tomoe_es.log.checkpoints import (
    KEY_FILE,
    VERIFIER_FILE,
    default_origin,
    key_of,
    verifier_of,
    write_checkpoint,
)
from tomoe_es.log.erasing import erase as erase_payload
from tomoe_es.log.port import EventLog
from tomoe_es.log.proving import prove as proof_of
from tomoe_es.log.proving import stored_payload
from tomoe_es.log.sealing import seal as seal_night
from tomoe_es.log.signed_note import Checkpoint, note_in, read_verifier
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.log.tiles_export import export_tiles as write_tiles
from tomoe_es.log.verifying import verify as findings_of
from tomoe_es.reduction import queue_state
from tomoe_es.transfer import time_to_live
from tui.data_folder import data_folder
from tui.named_file import usable
from tui.numbers import Whole
from tui.said import said
from tui.time_of_night import time_now

_RECIPE_OVER = (RecipeCompleted, RecipeCancelled, RecipeExpired)
_DECIDED_ON = evolution.EVENT_TYPES | queue_state.EVENT_TYPES | time_to_live.EVENT_TYPES


class NotProvable(TomoeError):
    """The log can't give the proof or the signature that was asked for."""

    what_to_do = "seal the night or sign a checkpoint first, as the message says"


class NeededByTheLine(TomoeError):
    """The observatory's own decisions are made on this event: without its payload no night could begin."""

    what_to_do = "leave it: the observatory decides on this event"


class HeaderIncomplete(UsageError):
    """Size and root of a former log are not both given, or the root is none."""

    what_to_do = "give both, as LOGSIZE and LOGROOT stand in the header of the product"


class FileNotReadable(UsageError):
    """A file named on the command line can't be read as what it should be."""

    what_to_do = "name the right file; the message says what it should hold"


def seal(night: str, *, data: Path | None = None) -> int:
    """Turn a finished night of the log into its read-only file, and sign a checkpoint.

    Sealing the open night is allowed: the log goes on in the segment of the next, also with what still
    happens in this night.

    Parameters
    ----------
    night
        The local date of its evening, such as 2023-12-12.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = _log_folder(data)
    sealed = seal_night(folder, night)
    sys.stdout.write(
        f"{night}: events {sealed.first_position} to {sealed.last_position} sealed in {sealed.path.name}, "
        f"{sealed.sealed_bytes:,} bytes instead of {sealed.live_bytes:,}\n"
    )
    if sealed.goes_on_in:
        sys.stderr.write(f"it was the open night: what still happens in it stands in {sealed.goes_on_in}\n")
    _sign(folder, None)
    return 0


def verify(
    night: str | None = None,
    *,
    checkpoint: Annotated[tuple[Path, ...], Parameter(negative="")] = (),
    key: Path | None = None,
    size: Whole | None = None,
    root: str | None = None,
    data: Path | None = None,
) -> int:
    """Recompute the log, or one night of it, and say by line what holds; exit code 1 when something does not.

    A line that begins with `open` tells what nothing shows: events that no checkpoint covers yet.

    Parameters
    ----------
    night
        Only this night, such as 2023-12-12; its checkpoints are checked with the stored roots of the others.
    checkpoint
        A file with a checkpoint that left the machine formerly, also as it stands in a message: the log must
        still be the one that it was made of.
    key
        The log's public key as you have it; else the `checkpoint.vkey` in its folder is believed.
    size
        With --root: so many events had this root formerly, as LOGSIZE in the header of a product says.
    root
        The root of their tree in base64, as LOGROOT says.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = _log_folder(data)
    verifier = None
    if key is not None:
        with _reading(key):
            verifier = read_verifier(key.read_text(encoding="utf-8"))
    notes = []
    for path in checkpoint:
        with _reading(path):
            notes.append(note_in(path.read_text(encoding="utf-8")))
    holds = True
    for finding in findings_of(folder, night, notes, verifier, _of_header(size, root)):
        word = "FAILS" if not finding.holds else "open " if finding.is_open else "holds"
        sys.stdout.write(f"{word}  {finding.text}\n")
        sys.stdout.flush()
        holds = holds and finding.holds
    return 0 if holds else 1


def prove(
    position: Whole, *, out: Path | None = None, payload: Path | None = None, data: Path | None = None
) -> int:
    """Write the proof that an event is in the log, for docs/reference/verify_proof.py or any tlog-proof tool.

    Parameters
    ----------
    position
        Position of the event, which the last checkpoint must cover.
    out
        File for the proof; else it goes to stdout.
    payload
        File for the payload's bytes as they are stored, which the verifier compares with their digest.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = _log_folder(data)
    with _naming():
        proof = proof_of(folder, position)
    if payload is not None:
        stored = stored_payload(folder, position)
        with usable(payload):
            payload.write_bytes(stored)
    if out is None:
        sys.stdout.write(proof)
    else:
        with usable(out):
            out.write_text(proof, encoding="utf-8")
        sys.stderr.write(f"wrote {out}: check it with verify_proof.py {out} {folder / VERIFIER_FILE}\n")
    return 0


def checkpoint(*, origin: str | None = None, data: Path | None = None) -> int:
    """Sign what the log holds now, and print the note, which should leave this machine.

    The first call makes the key, `log/checkpoint.key`, which only its owner can read, and its public half,
    `log/checkpoint.vkey`. Refused when the log does not continue what its last checkpoint says.

    Parameters
    ----------
    origin
        Name of the log, as it stands in its checkpoints for ever; else made of the machine's name. Said once,
        when the key is made.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    sys.stdout.write(_sign(_log_folder(data), origin))
    return 0


def export_tiles(to: Path, *, data: Path | None = None) -> int:
    """Write the log of the last checkpoint as C2SP tlog-tiles, which public tools read from a web server.

    It holds envelopes and digests, and no payload.

    Parameters
    ----------
    to
        Folder for it; what an earlier export wrote there is completed.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    with _naming(), usable(to):
        size = write_tiles(_log_folder(data), to)
    sys.stderr.write(f"wrote the tiles of {size} events below {to}\n")
    return 0


def erase(position: Whole, *, who: str, why: str, data: Path | None = None) -> int:
    """Erase what an event of a sealed night said, such as a person's name; that it was there stays.

    The erasure is itself an event, and every proof still holds. Copies of the log, projections and snapshots
    keep what they hold: rebuild or delete them. A recipe (its RecipeSubmitted) can be erased when it is
    over. Refused for other events on which the observatory's decisions are made.

    Parameters
    ----------
    position
        Position of the event in the log, from 1.
    who
        Who answers for the erasure.
    why
        The reason, for whoever finds the gap.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    who, why = said(who, "--who"), said(why)
    with closing(SqliteLog(_log_folder(data))) as log, _naming():
        for found in log.read(after=max(0, position - 1), until=position):
            _refuse_if_needed(log, found)
        recorded = erase_payload(log, position, who=who, why=why, time=time_now(log))
    sys.stdout.write(f"the payload of event {position} is erased, as event {recorded} tells\n")
    sys.stderr.write("now 'tomoe rebuild', and erase it in the copies of the log too\n")
    return 0


def _of_header(size: int | None, root: str | None) -> tuple[Checkpoint, ...]:
    """The checkpoint of which a header holds size and root; raises HeaderIncomplete."""
    if size is None and root is None:
        return ()
    try:
        digest = b64decode(root or "", validate=True)
    except ValueError:
        digest = b""
    if size is None or len(digest) != 32:
        raise HeaderIncomplete("--size and --root belong together: LOGSIZE and LOGROOT of the same header")
    return (Checkpoint("", size, digest),)


def _refuse_if_needed(log: EventLog, found: Recorded) -> None:
    """A recipe is not decided on any more when it is over; NeededByTheLine before, and for what else is."""
    name = type(found.payload).__name__
    if isinstance(found.payload, RecipeSubmitted):
        if not any(isinstance(each.payload, _RECIPE_OVER) for each in log.read_stream(found.stream)):
            raise NeededByTheLine(
                f"event {found.position} is a recipe that is not over: cancel it before it is erased"
            )
    elif type(found.payload) in _DECIDED_ON:
        raise NeededByTheLine(
            f"event {found.position} is a {name}: the next night decides on it, so it stays"
        )


def _sign(folder: Path, origin: str | None) -> str:
    is_new = not (folder / KEY_FILE).exists()
    with _naming():
        key = key_of(folder, origin or default_origin(), os.urandom(32))
        if origin not in (None, key.name):
            raise ValueError(f"the log's name is '{key.name}' since its key was made: it can't be changed")
        note = write_checkpoint(folder, key)
    if is_new:
        sys.stderr.write(
            f"made the log's key, {folder / KEY_FILE}; give auditors its public half: "
            f"{verifier_of(folder).text()}\n"
        )
    return note


def _log_folder(data: Path | None) -> Path:
    folder = data_folder(data)
    folder.require()
    return folder.log


@contextmanager
def _naming() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise NotProvable(str(error)) from error


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise FileNotReadable(f"'{path}' can't be read: {why}") from error
