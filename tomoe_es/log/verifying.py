"""Recomputes a log and says, line by line, what holds and where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import apsw
import msgspec

from tomoe_es.errors import LogError
from tomoe_es.events import ErasedPayload
from tomoe_es.events.system import PayloadErased
from tomoe_es.log.checkpoints import VERIFIER_FILE, stored_notes, verifier_of
from tomoe_es.log.live_segment import connect
from tomoe_es.log.merkle import any_root
from tomoe_es.log.nights_reader import NightsReader, SegmentReader, open_segment
from tomoe_es.log.sealed_block import BLOCK_EVENTS
from tomoe_es.log.sealed_reader import SealedReader
from tomoe_es.log.segment_names import SegmentName, list_segments
from tomoe_es.log.signed_note import Checkpoint, Verifier
from tomoe_es.log.tree import LogTree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCKS_AT_A_TIME = 16
"""So many lines, of some 4,000 events, are hashed together."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that was checked."""

    holds: bool
    text: str
    first_position: int = 0  # of the events in question
    last_position: int = 0


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
    segments = list_segments(folder)
    if night is not None and night not in {segment.night for segment in segments}:
        yield Finding(False, f"the log has no night {night}")
        return
    roots: dict[int, bytes] = {}
    erased: dict[int, ErasedPayload] = {}
    whole = True
    following = 1
    for segment in segments:
        if segment.first_position != following and night is None:
            last = segment.first_position - 1
            text = f"events {following} to {last} are missing before {segment.night}"
            yield Finding(False, text, following, last)
            whole = False
        try:
            following = open_segment(folder, segment).end()[0] + 1
            if night in (None, segment.night):
                yield _verify_segment(folder, segment, roots, erased)
        except (LogError, apsw.Error) as error:
            position = getattr(error, "position", segment.first_position)
            yield Finding(False, f"night {segment.night}: {error}", position, position)
            whole = False
            following = _after(segments, segment)
    if whole:
        yield from _verify_erasures(folder, erased, of_whole_log=night is None)
        tree = LogTree(folder, recomputed_roots=roots, trusting_others=night is not None)
        yield from _verify_checkpoints(folder, tree, following - 1, notes, verifier, unsigned)


def _verify_segment(
    folder: Path, name: SegmentName, roots: dict[int, bytes], erased: dict[int, ErasedPayload]
) -> Finding:
    """Recompute the leaves of one night; adds the roots of its full tiles to `roots`, and what was erased."""
    from tomoe_es.log.bulk_leaves import hashes_of_leaves  # no other command should wait for the compiler

    reader = open_segment(folder, name)
    last, _ = reader.end()
    if not isinstance(reader, SealedReader):
        connection = connect(name.live_path(folder))
        (state,) = connection.execute("PRAGMA quick_check(1)").fetchone() or ("no answer",)
        connection.close()
        if state != "ok":
            text = f"night {name.night}: its file is damaged: {state}"
            return Finding(False, text, name.first_position, last)
    for first, upto, lines in _gathered(reader, name.first_position, last):
        hashes, found = hashes_of_leaves(lines, first, upto - first + 1)
        erased.update(found)
        for at, root in _roots(first, hashes):
            end = min(last, at + BLOCK_EVENTS - 1 - (at - 1) % BLOCK_EVENTS)
            if isinstance(reader, SealedReader) and root != reader.block_root(at, end):
                text = f"night {name.night}: events {at} to {end} are not those that were sealed"
                return Finding(False, text, at, end)
            if end - at + 1 == BLOCK_EVENTS:
                roots[(at - 1) // BLOCK_EVENTS] = root
    state = "sealed" if isinstance(reader, SealedReader) else "live"
    count = last - name.first_position + 1
    return Finding(True, f"night {name.night} ({state}): {count} events", name.first_position, last)


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


def _verify_erasures(folder: Path, erased: dict[int, ErasedPayload], of_whole_log: bool) -> Iterator[Finding]:
    """Whether each erased payload has its event, and each such event its erased payload."""
    reader = NightsReader(folder)
    told: dict[int, PayloadErased] = {}
    for recorded in chain.from_iterable(reader.chunks(0, None, {PayloadErased.__name__})):
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


def _verify_checkpoints(
    folder: Path,
    tree: LogTree,
    head: int,
    notes: Sequence[str],
    verifier: Verifier | None,
    unsigned: Sequence[Checkpoint],
) -> Iterator[Finding]:
    if verifier is None and (folder / VERIFIER_FILE).exists():
        verifier = verifier_of(folder)
    checkpoints = list(unsigned)
    if verifier is None:
        yield Finding(not notes, "there is no public key, so no signed checkpoint could be checked")
    else:
        for note in [*stored_notes(folder), *notes]:
            try:
                checkpoints.append(Checkpoint.parse(verifier.open(note)))
            except ValueError as error:
                yield Finding(False, f"a checkpoint can't be trusted: {error}")
    good = 0
    for checkpoint in sorted(checkpoints, key=lambda each: each.size):
        finding = _verify_checkpoint(tree, head, good, checkpoint)
        if finding.holds:
            good = checkpoint.size
        yield finding


def _verify_checkpoint(tree: LogTree, head: int, good: int, checkpoint: Checkpoint) -> Finding:
    """Compare with the tree; `good` is the size of the last checkpoint that holds."""
    size = checkpoint.size
    if size > head:
        text = f"checkpoint {size} covers more than the {head} events that the log has"
        return Finding(False, f"{text}: it was cut short, or an older copy took its place", head + 1, size)
    try:
        root = tree.root(size)
    except LogError as error:
        return Finding(False, f"checkpoint {size} can't be checked: {error}", good + 1, size)
    if root != checkpoint.root:
        text = f"events {good + 1} to {size} are not those of checkpoint {size}"
        return Finding(False, f"{text}: something among them was changed", good + 1, size)
    found = "signature and root hold" if checkpoint.origin else "its root holds"
    return Finding(True, f"checkpoint {size}: {found}", 1, size)


def _after(segments: list[SegmentName], segment: SegmentName) -> int:
    """First position after a segment that can't be read."""
    later = [each for each in segments if each.number > segment.number]
    return later[0].first_position if later else segment.first_position
