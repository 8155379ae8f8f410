"""Turns the live file of a finished night into its sealed file, verified before the live one goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tomoe_es.errors import LogCorrupt, LogSealed, NotInTheLog
from tomoe_es.log.live_reader import LiveReader
from tomoe_es.log.live_segment import Named, connect, sync_path
from tomoe_es.log.nights_writer import NightsWriter
from tomoe_es.log.sealed_block import BLOCK_EVENTS, open_columns
from tomoe_es.log.sealed_segment import SealedFile, write_sealed
from tomoe_es.log.segment_names import SegmentName, list_segments
from tomoe_es.log.segment_trouble import DAMAGE, damaged
from tomoe_es.log.stored import Columns
from tomoe_es.log.verifying_live import live_faults, stream_rows


class SealedNight(msgspec.Struct, frozen=True):
    """What became of a night's live file."""

    night: str
    first_position: int
    last_position: int
    path: Path
    live_bytes: int
    sealed_bytes: int
    goes_on_in: str
    """The night whose segment takes what still happens in this one; empty when it was over."""


def seal(folder: Path, night: str) -> SealedNight:
    """Seal a night; when it is the open one, the log goes on in the segment of the next night.

    Raises LogSealed when it is sealed already, NotInTheLog when the log has no such night, LogUnavailable
    when the disk refuses, LogCorrupt when the live file is damaged. Whatever is raised, the night can still
    be read.
    """
    with Named("sealing a night of", folder):
        name = _find(folder, night)
        live, sealed = name.live_path(folder), name.sealed_path(folder)
        if not live.exists():
            raise LogSealed(f"the night {night} is sealed already")
        _refuse_faults(folder, name)
        was_open = name == list_segments(folder)[-1]
        writer = NightsWriter(folder)
        writer.end_night(night)
        writer.close()
        live_bytes = _gather(live)
        reader = LiveReader(folder, name)
        if not sealed.exists():  # else an earlier sealing was cut off before the live file went
            draft = folder / f".{sealed.name}.{os.getpid()}"
            try:
                _write(draft, reader, name)
                _compare(SealedFile(draft, name), reader)
                draft.rename(sealed)
            finally:
                draft.unlink(missing_ok=True)
            sync_path(folder)
        else:
            _compare(SealedFile(sealed, name), reader)
        reader.close()
        for suffix in ("", "-wal", "-shm"):
            live.with_name(live.name + suffix).unlink(missing_ok=True)
        sync_path(folder)
        last_position = SealedFile(sealed, name).footer.last_position
        goes_on_in = list_segments(folder)[-1].night if was_open else ""
        return SealedNight(
            night, name.first_position, last_position, sealed, live_bytes, sealed.stat().st_size, goes_on_in
        )


def _find(folder: Path, night: str) -> SegmentName:
    segments = list_segments(folder) if folder.is_dir() else []
    for segment in segments:
        if segment.night == night:
            return segment
    known = ", ".join(segment.night for segment in segments[-5:]) or "none"
    raise NotInTheLog(f"the log in '{folder}' has no night {night}; its last nights: {known}")


def _gather(live: Path) -> int:
    """Bring everything into the one live file; gives its size in bytes."""
    connection = connect(live)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    return live.stat().st_size


def _refuse_faults(folder: Path, name: SegmentName) -> None:
    """Raise LogCorrupt when the database is not as the log made it: sealing would wipe out the trace."""
    reader = LiveReader(folder, name)
    try:
        last, _ = reader.end()
        faults = list(live_faults(reader, last, None, stream_rows(reader), None))
    except DAMAGE as error:
        raise damaged(name.night, name.first_position, error) from error
    finally:
        reader.close()
    if faults:
        raise LogCorrupt(name.first_position, f"night {name.night}: {faults[0]}")


def _write(draft: Path, reader: LiveReader, name: SegmentName) -> None:
    with draft.open("wb") as file:
        write_sealed(file, name, _blocks(reader), reader.summary())
        file.flush()
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())


def _blocks(reader: LiveReader) -> Iterator[Columns]:
    """The stored events of a live segment, cut where the blocks of the sealed file begin."""
    after = reader.name.first_position - 1
    last, _ = reader.end()
    while after < last:
        upto = min(last, (after // BLOCK_EVENTS + 1) * BLOCK_EVENTS)
        columns = reader.stored(after, upto)
        if columns.positions[-1] != upto:
            raise LogCorrupt(columns.positions[-1] + 1, "it is missing")
        yield columns
        after = upto


def _compare(file: SealedFile, reader: LiveReader) -> None:
    """Raise LogCorrupt unless the sealed file holds every field of every live event, and nothing else."""
    file.refuse_if_damaged()
    blocks = 0
    for block, live in enumerate(_blocks(reader)):
        sealed = open_columns(file.block(block), file.footer.first_of(block))
        if any(
            list(getattr(live, field)) != list(getattr(sealed, field)) for field in live.__struct_fields__
        ):
            raise LogCorrupt(live.positions[0], "its sealed block differs from the live file")
        blocks += 1
    summary = reader.summary()
    streams = sorted((stream, place.last_version) for stream, place in file.streams.items())
    if blocks != len(file.footer.offsets) - 1 or file.footer.last_position != reader.end()[0]:
        raise LogCorrupt(reader.name.first_position, "the sealed file has another number of events")
    if streams != sorted(summary.streams) or sorted(file.commands()) != sorted(summary.commands):
        raise LogCorrupt(
            reader.name.first_position, "the index of the sealed file differs from the live file"
        )
