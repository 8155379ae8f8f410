"""Erases the payload of an event: what it said goes, that it was there stays, and every proof holds."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tomoe_es.errors import LogCorrupt, NightNotSealed, NotInTheLog
from tomoe_es.events import ErasedPayload, encode_event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import PayloadErased
from tomoe_es.log.leaf import digest_of, leaf_hashes, leaf_of, leaves
from tomoe_es.log.live_segment import Named, sync_path
from tomoe_es.log.merkle import any_root
from tomoe_es.log.nights_reader import open_segment
from tomoe_es.log.sealed_block import open_columns, open_lines
from tomoe_es.log.sealed_reader import SealedReader
from tomoe_es.log.sealed_segment import SealedFile, write_sealed
from tomoe_es.log.segment_names import SegmentName, list_segments
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.log.stored import Columns


def erase(log: SqliteLog, position: int, *, who: str, why: str, time: int) -> int:
    """Record the erasure, then write the sealed night anew without the payload; gives the erasure's position.

    An erasure that was cut off is finished by the next call; nothing is recorded twice. Projections,
    snapshots and copies of the log are not looked at.
    Raises NotInTheLog when there is no such event, LogUnavailable when the disk refuses, NightNotSealed when
    its night is live, ValueError for an erasure itself, LogCorrupt when the night is damaged.
    """
    with Named("erasing in", log.folder), _one_at_a_time(log.folder):
        name = _segment_of(log, position)
        reader = open_segment(log.folder, name)
        if not isinstance(reader, SealedReader) or name.live_path(log.folder).exists():
            reader.close()
            raise NightNotSealed(position, name.night)
        reader.refuse_if_damaged()
        columns = reader.stored(position - 1, position)
        (type_name,) = columns.types
        digest = digest_of(leaf_of(reader.lines(position - 1, position).rstrip(b"\n"), position))
        if type_name == PayloadErased.__name__:
            raise ValueError(f"event {position} tells of an erasure: it must stay")
        event = PayloadErased(position=position, of_type=type_name, sha256=digest.hex(), who=who, why=why)
        draft = Draft(event, time, cause=position, actor=who)
        recorded = log.append(event.stream(), [draft], command_id=f"erase/{position}")
        if not columns.erased:
            instead = ErasedPayload(of_type=type_name, sha256=digest.hex())
            _write_anew(log.folder, name, reader, position, instead)
    return recorded.first_position


def _segment_of(log: SqliteLog, position: int) -> SegmentName:
    if not 1 <= position <= log.head():
        raise NotInTheLog(f"the log has no event {position}: it holds 1 to {log.head()}")
    return [each for each in list_segments(log.folder) if each.first_position <= position][-1]


def _write_anew(
    folder: Path, name: SegmentName, reader: SealedReader, position: int, instead: ErasedPayload
) -> None:
    """Replace a sealed file; the old one goes when the new one is on the disk and has the same leaves."""
    sealed = name.sealed_path(folder)
    former = SealedFile(sealed, name)
    draft = folder / f".{sealed.name}.{os.getpid()}"
    try:
        with draft.open("wb") as file:
            write_sealed(file, name, _blocks(former, position, instead), reader.summary())
            file.flush()
            os.fchmod(file.fileno(), 0o444)
            os.fsync(file.fileno())
        written = SealedFile(draft, name)
        for block, root in enumerate(former.footer.block_roots):
            first = written.footer.first_of(block)
            if any_root(leaf_hashes(leaves(open_lines(written.block(block), first), first))).hex() != root:
                raise LogCorrupt(first, "its block is not the one that was sealed")
        if written.streams != former.streams or written.commands() != former.commands():
            raise LogCorrupt(name.first_position, "the index of its sealed file differs when written anew")
        draft.rename(sealed)
    finally:
        draft.unlink(missing_ok=True)
    sync_path(folder)


def _blocks(file: SealedFile, position: int, instead: ErasedPayload) -> Iterator[Columns]:
    """The stored events of a sealed file, with something else in the place of one payload."""
    for block in range(len(file.footer.block_roots)):
        columns = open_columns(file.block(block), file.footer.first_of(block))
        index = position - columns.positions[0]
        if 0 <= index < len(columns.positions):
            payloads = [*columns.payloads[:index], encode_event(instead), *columns.payloads[index + 1 :]]
            erased = columns.erased | {position: instead}
            columns = msgspec.structs.replace(columns, payloads=payloads, erased=erased)
        yield columns


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two that write the same night anew would each bring back what the other erased."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
