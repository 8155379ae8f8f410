"""Recomputes a log and says, line by line, what holds and where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from tomoe_es.errors import LogError
from tomoe_es.events import ErasedPayload
from tomoe_es.events.system import PayloadErased
from tomoe_es.log.finding import Finding
from tomoe_es.log.live_reader import LiveReader
from tomoe_es.log.merkle import any_root
from tomoe_es.log.nights_reader import NightsReader, SegmentReader, open_segment
from tomoe_es.log.sealed_block import BLOCK_EVENTS
from tomoe_es.log.sealed_reader import SealedReader
from tomoe_es.log.segment_names import SegmentName, list_segments, list_strays
from tomoe_es.log.segment_trouble import NamedReading, NamedTrouble
from tomoe_es.log.signed_note import Checkpoint, Verifier
from tomoe_es.log.tree import LogTree
from tomoe_es.log.verifying_checkpoints import verify_checkpoints
from tomoe_es.log.verifying_live import live_faults, stream_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCKS_AT_A_TIME = 16
"""So many lines, of some 4,000 events, are hashed together."""


def verify(
    folder: Path,
    night: str | None = None,
    notes: Sequence[str] = (),
    verifier: Verifier | None = None,
    unsigned: Sequence[Checkpoint] = (),
) -> Iterator[Finding]:
    """Check one night, or all, and every checkpoint: the folder's, and `notes` that came from outside.

    `verifier` is the public key that an auditor holds; without it, the one in the folder is believed.
    `unsigned` are checkpoints of which somebody else holds size and root only, such as a product's header;
    their origin is empty.
    """
    with NamedReading(folder):
        segments, strays = list_segments(folder), list_strays(folder)
    if night is not None and night not in {segment.night for segment in segments}:
        yield Finding(False, f"the log has no night {night}")
        return
    known = _Recomputed({} if night is None else None)
    whole, uncompared = True, "no checkpoint was compared"
    following = 1
    for stray in strays:
        yield _of_stray(stray)
    for segment, successor in zip_longest(segments, segments[1:]):
        if segment.first_position != following:
            yield _of_gap(segment, following)
            whole, known.versions = False, None
        try:
            with NamedTrouble(folder, segment, segment.first_position):
                following = open_segment(folder, segment).end()[0] + 1
                if night in (None, segment.night):
                    yield from _verify_segment(folder, segment, successor, known)
        except LogError as error:
            position = getattr(error, "position", segment.first_position)
            yield Finding(False, f"night {segment.night}: {error}", position, position)
            whole, known.versions = False, None
            following = successor.first_position if successor else segment.first_position
    if whole:
        try:
            yield from _verify_erasures(folder, known.erased, following - 1, of_whole_log=night is None)
            tree = LogTree(folder, recomputed_roots=known.roots, trusting_others=night is not None)
            yield from verify_checkpoints(folder, tree, following - 1, notes, verifier, unsigned)
        except LogError as error:  # a night that was not recomputed, and is damaged
            position = getattr(error, "position", 0)  # 0: of no event
            yield Finding(False, f"in another night {error}", position, position)
            whole, uncompared = False, "not all checkpoints were compared"
    if not whole:
        yield Finding(True, f"{uncompared}: put right what fails first, then verify again", is_open=True)


class _Recomputed:
    """What was made anew of the nights so far."""

    def __init__(self, versions: dict[str, int] | None) -> None:
        self.roots: dict[int, bytes] = {}  # of the full tiles of level 0, by number
        self.erased: dict[int, ErasedPayload] = {}  # by position
        self.versions = versions  # of each stream; None when a night before is not known


def _of_stray(stray: SegmentName) -> Finding:
    at = stray.first_position
    file = f"{stray.number:05d}-{stray.night}-{at:012d}"
    text = (
        f"the file {file} is none of this log, whose other nights hold event {at}: take it out of the folder"
    )
    return Finding(False, text, at, at)


def _of_gap(segment: SegmentName, following: int) -> Finding:
    """What is wrong when a night does not begin where the one before it ends."""
    first = segment.first_position
    if first > following:
        text = f"events {following} to {first - 1} are missing before {segment.night}"
        return Finding(False, text, following, first - 1)
    text = f"night {segment.night} begins with event {first}, and the one before it holds {following - 1} too"
    return Finding(False, f"{text}: one of their files is none of this log", first, following - 1)


def _verify_segment(
    folder: Path, name: SegmentName, successor: SegmentName | None, known: _Recomputed
) -> Iterator[Finding]:
    """Recompute the leaves of one night, and check what else its file says; adds to what is known."""
    from tomoe_es.log.bulk_leaves import hashes_of_leaves  # no other command should wait for the compiler

    reader = open_segment(folder, name)
    last, _ = reader.end()
    faults = _faults(reader, last, successor, known)
    for text in faults:
        yield Finding(False, f"night {name.night}: {text}", name.first_position, last)
    for first, upto, lines in _gathered(reader, name.first_position, last):
        hashes, found = hashes_of_leaves(lines, first, upto - first + 1)
        known.erased.update(found)
        for at, root in _roots(first, hashes):
            end = min(last, at + BLOCK_EVENTS - 1 - (at - 1) % BLOCK_EVENTS)
            stored = reader.block_root(at, end) if isinstance(reader, SealedReader) else root
            if stored not in (None, root):
                text = f"night {name.night}: events {at} to {end} are not those that were sealed"
                yield Finding(False, text, at, end)
                return
            if end - at + 1 == BLOCK_EVENTS:
                known.roots[(at - 1) // BLOCK_EVENTS] = root
    state = "sealed" if isinstance(reader, SealedReader) else "live"
    count = last - name.first_position + 1
    if not faults:
        text = f"night {name.night} ({state}): {count} events"
        yield Finding(True, text, name.first_position, last)


def _faults(reader: SegmentReader, last: int, successor: SegmentName | None, known: _Recomputed) -> list[str]:
    """What is wrong with a night's file besides its events; takes the versions of its streams in."""
    faults: list[str] = []
    streams: list[tuple[str, int]] = []
    if isinstance(reader, LiveReader):
        rows = stream_rows(reader)
        faults += live_faults(reader, last, successor, rows, known.versions)
        streams += [(name, end) for name, _, _, _, end in rows if end is not None]
    elif isinstance(reader, SealedReader) and reader.damage:
        faults.append(f"its file is damaged: {reader.damage}; events up to {last} can be read")
        known.versions = None
    elif isinstance(reader, SealedReader) and known.versions is not None:
        streams += reader.stream_versions()
    if known.versions is not None:
        known.versions.update(streams)
    return faults


def _gathered(reader: SegmentReader, first: int, last: int) -> Iterator[tuple[int, int, bytes]]:
    """The lines of some blocks at a time, with the positions of the first and the last event among them.

    Raises LogCorrupt at what can't be read, after what is before it.
    """
    blocks: list[bytes] = []
    after = first - 1
    while after < last:
        upto = min(last, (after // BLOCK_EVENTS + 1) * BLOCK_EVENTS)
        try:
            blocks.append(reader.lines(after, upto))
        except LogError:
            if blocks:
                yield first, after, b"".join(blocks)
            raise
        after = upto
        if len(blocks) == BLOCKS_AT_A_TIME or after == last:
            yield first, after, b"".join(blocks)
            first, blocks = after + 1, []


def _roots(first: int, hashes: NDArray[np.uint8]) -> Iterator[tuple[int, bytes]]:
    """The root of each block, with the position of its first event, from the hashes of their leaves."""
    from tomoe_es.log.bulk_leaves import roots_of_tiles

    before = min(len(hashes), -(first - 1) % BLOCK_EVENTS)
    full = (len(hashes) - before) // BLOCK_EVENTS * BLOCK_EVENTS
    if before:
        yield first, any_root(list(map(bytes, hashes[:before])))
    for index, root in enumerate(roots_of_tiles(hashes[before : before + full])):
        yield first + before + index * BLOCK_EVENTS, bytes(root)
    if before + full < len(hashes):
        yield first + before + full, any_root(list(map(bytes, hashes[before + full :])))


def _verify_erasures(
    folder: Path, erased: dict[int, ErasedPayload], last: int, of_whole_log: bool
) -> Iterator[Finding]:
    """Whether each erased payload has its event up to the last, and each such event its erased payload."""
    reader = NightsReader(folder)
    told: dict[int, PayloadErased] = {}
    for recorded in chain.from_iterable(reader.chunks(0, last, {PayloadErased.__name__})):
        if isinstance(recorded.payload, PayloadErased):
            told[recorded.payload.position] = recorded.payload
    reader.close()
    good = 0
    for position, found in erased.items():
        event = told.get(position)
        if event is None or (event.of_type, event.sha256) != (found.of_type, found.sha256):
            text = f"the payload of event {position} was erased, and no event tells of it"
            yield Finding(False, text, position, position)
        else:
            good += 1
    for position in told.keys() - erased.keys() if of_whole_log else ():
        text = f"the payload of event {position} was to be erased and is still there: erase it again"
        yield Finding(False, text, position, position)
    if good:
        yield Finding(True, f"erased payloads: {good}, each told by an event")
