"""What this machine allows: the bare libraries on the same bytes, without a log around them.

The targets come from a faster processor. How much of these limits the log reaches does not depend on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import zstandard

from tomoe_es.events import EVENT_TYPES, AnyEvent, Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.live_segment import EVENT_COLUMNS, connect
from tomoe_es.log.sealed_segment import SealedFile
from tomoe_es.log.segment_names import SegmentName

TRIES = 5
AT_MOST = 200_000  # events
_ROWS = f"SELECT {EVENT_COLUMNS} FROM event WHERE position > ? AND position <= ? ORDER BY position"
_payloads_of = msgspec.json.Decoder(list[AnyEvent]).decode
_lines_of = msgspec.json.Decoder(Recorded).decode_lines


class Limits(msgspec.Struct):
    """Events a CPU second, and CPU seconds a million."""

    live_rate: float  # apsw fetches the rows, msgspec decodes the payloads, a dict dispatches; no envelope
    sealed_rate: float  # zstd, msgspec and the same dispatch, on the blocks of the sealed file
    payload_rate: float  # msgspec on the payloads
    fold_rate: float  # the dispatch, of objects in memory
    hash_seconds: float  # three SHA-256 for each event: payload, leaf, inner node


def measure_live(folder: Path, name: SegmentName) -> tuple[float, float, float, float]:
    """Limits of reading the live file: rows, payloads, fold; and of hashing."""
    connection = connect(name.live_path(folder), for_one_thread=True)
    last = int(connection.execute("SELECT min(max(position), ?) FROM event", (AT_MOST,)).get)
    kept = [row[9] for row in connection.execute(_ROWS, (0, last))]
    fold = _folding()

    def rows() -> None:
        for after in range(0, last, 500):
            found = connection.execute(_ROWS, (after, min(after + 500, last))).fetchall()
            fold(_payloads_of(b"[" + b",".join([row[9] for row in found]) + b"]"))

    def payloads() -> None:
        for after in range(0, last, 500):
            _payloads_of(b"[" + b",".join(kept[after : after + 500]) + b"]")

    objects = _payloads_of(b"[" + b",".join(kept[:10_000]) + b"]")
    leaf, node = bytes(120), bytes(65)

    def hashes() -> None:
        for payload in kept:
            sha256(payload).digest()
            sha256(leaf).digest()
            sha256(node).digest()

    limits = (
        last / _best(rows),
        last / _best(payloads),
        len(objects) / _best(lambda: fold(objects)),
        _best(hashes) / last * 1e6,
    )
    connection.close()
    return limits


def measure_sealed(folder: Path, name: SegmentName) -> float:
    """Limit of reading the sealed file."""
    file = SealedFile(name.sealed_path(folder), name)
    blocks = [file.block(number) for number in range(min(len(file.footer.block_roots), AT_MOST // 256))]
    decompress, fold = zstandard.ZstdDecompressor().decompress, _folding()
    events = sum(len(_lines_of(decompress(block))) for block in blocks)

    def read() -> None:
        for block in blocks:
            fold([recorded.payload for recorded in _lines_of(decompress(block))])

    return events / _best(read)


def _folding() -> Callable[[list[Event]], None]:
    counts = dict.fromkeys(EVENT_TYPES.values(), 0)

    def of(kind: type[Event]) -> Callable[[Event], None]:
        def evolve(event: Event) -> None:
            counts[kind] += 1

        return evolve

    evolve = {kind: of(kind) for kind in counts}

    def fold(events: list[Event]) -> None:
        for event in events:
            evolve[type(event)](event)

    return fold


def _best(work: Callable[[], None]) -> float:
    """CPU seconds, the least of some tries."""
    taken = []
    for _ in range(TRIES):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)
