"""Writes a log as C2SP tlog-tiles wants it served: checkpoint, hash tiles, bundles of the leaves.

checkpoint                     the last signed note
tile/LEVEL/INDEX[.p/WIDTH]     up to 256 hashes of 32 bytes
tile/entries/INDEX[.p/WIDTH]   up to 256 leaves, each after its length in 2 bytes, big-endian
"""

from __future__ import annotations

from pathlib import Path

from tomoe_es.errors import LogCorrupt
from tomoe_es.log.checkpoints import stored_notes, verifier_of
from tomoe_es.log.leaf import leaf_hashes
from tomoe_es.log.sealed_block import BLOCK_EVENTS as TILE
from tomoe_es.log.signed_note import Checkpoint
from tomoe_es.log.tree import LogTree, tile_path


def export_tiles(folder: Path, to: Path) -> int:
    """Write the tree of the last checkpoint below `to`; gives its size. Full tiles that are there are kept.

    Raises ValueError when there is no checkpoint, LogCorrupt when the log does not give the signed root.
    """
    notes = stored_notes(folder)
    if not notes:
        raise ValueError("the log has no checkpoint yet: make one with `tomoe log checkpoint`")
    checkpoint = Checkpoint.parse(verifier_of(folder).open(notes[-1]))
    size, tree = checkpoint.size, LogTree(folder)
    if size > tree.size or tree.root(size) != checkpoint.root:
        raise LogCorrupt(min(size, tree.size), f"the log is not the one of its checkpoint of {size} events")
    for index in range(-(-size // TILE)):
        width = min(TILE, size - index * TILE)
        places = [to / tile_path(level, index, width) for level in ("entries", 0)]
        if width < TILE or not all(place.exists() for place in places):
            leaves = tree.leaves(index * TILE, index * TILE + width)
            _write(places[0], b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves))
            _write(places[1], b"".join(leaf_hashes(leaves)))
    level, count = 1, size // TILE
    while count:
        for index in range(-(-count // TILE)):
            width = min(TILE, count - index * TILE)
            _write(to / tile_path(level, index, width), b"".join(tree.tile(level, index, width)))
        level, count = level + 1, count // TILE
    _write(to / "checkpoint", notes[-1].encode())
    return size


def _write(path: Path, content: bytes) -> None:
    """The file appears when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    draft.write_bytes(content)
    draft.rename(path)
