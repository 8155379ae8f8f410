"""Proofs about single events and about growth, in the text form of C2SP tlog-proof."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from tomoe_es.errors import NotInTheLog
from tomoe_es.log import merkle
from tomoe_es.log.checkpoints import stored_notes, verifier_of
from tomoe_es.log.leaf import PAYLOAD
from tomoe_es.log.signed_note import Checkpoint
from tomoe_es.log.tree import LogTree


def prove(folder: Path, position: int) -> str:
    """Proof that an event is in the log of the last checkpoint; `docs/reference/verify_proof.py` checks it.

    The leaf's bytes stand in its `extra` line. Raises NotInTheLog when there is no such event, ValueError
    when no checkpoint covers it, and when the log does not give the root that was signed.
    """
    notes = stored_notes(folder)
    if not notes:
        raise ValueError("the log has no checkpoint yet: make one with `tomoe log checkpoint`")
    checkpoint = Checkpoint.parse(verifier_of(folder).open(notes[-1]))
    tree = LogTree(folder)
    if not 1 <= position <= checkpoint.size:
        if not 1 <= position <= tree.size:
            raise NotInTheLog(f"the log has no event {position}: it holds 1 to {tree.size}")
        raise ValueError(f"the last checkpoint covers events 1 to {checkpoint.size}: make a new one first")
    leaf = tree.leaf(position)
    path = merkle.inclusion_proof(position - 1, checkpoint.size, tree.subtree)
    reached = merkle.root_from_inclusion(position - 1, checkpoint.size, merkle.leaf_hash(leaf), path)
    if reached != checkpoint.root:
        raise ValueError(f"the log does not hold event {position} as it was signed: run `tomoe log verify`")
    lines = ["c2sp.org/tlog-proof@v1", f"extra {b64encode(leaf).decode()}", f"index {position - 1}"]
    lines += [b64encode(each).decode() for each in path]
    return "\n".join(lines) + "\n\n" + notes[-1]


def stored_payload(folder: Path, position: int) -> bytes:
    """The JSON bytes of an event's payload, of which a proof holds the digest."""
    return LogTree(folder).line(position).partition(PAYLOAD)[2].removesuffix(b"}\n")


def prove_growth(folder: Path, old: Checkpoint, new: Checkpoint) -> list[bytes]:
    """Consistency proof between two checkpoints, for `merkle.is_consistent` or any RFC 6962 tool."""
    return merkle.consistency_proof(old.size, new.size, LogTree(folder).subtree)
