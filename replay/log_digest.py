"""Which log an output is about: a digest of all its events up to the night's last, where that is at hand."""

from __future__ import annotations

from pathlib import Path

from replay.night import ReplayedNight
from tomoe_es.errors import LogCorrupt
from tomoe_es.log.read_only import untouched_tree
from tomoe_es.log.tree import to_be_hashed

ROOT_OF = "tree root of"
"""How a digest begins that covers each event."""
MOST_HASHED = 25_000
"""Events that are hashed to open a night, which takes a quarter of a second."""


def log_digest(folder: Path, night: ReplayedNight) -> str:
    """Root of the RFC 6962 tree of the events up to the night's last one, the same live and sealed.

    Roots that sealing and signing left in the folder are taken as they are; `tomoe log verify` compares them
    with the events. Where a live night has too many events without one, it is the digest of the last event
    alone, and says so.
    """
    if to_be_hashed(folder, night.last) > MOST_HASHED:
        return night.head_digest()
    try:
        with untouched_tree(folder) as tree:
            return f"{ROOT_OF} {night.last} events sha256:{tree.root(night.last).hex()}"
    except LogCorrupt as error:
        return f"event {error.position} is damaged, {night.head_digest()}"
