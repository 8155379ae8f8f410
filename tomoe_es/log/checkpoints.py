"""Signed statements of what the log held: kept in the log's folder, and meant to leave the machine.

checkpoint.key        the secret key, mode 600
checkpoint.vkey       its public half, for auditors
checkpoint            the last checkpoint, where C2SP tlog-tiles wants it
checkpoints/N         the one of N events
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from tomoe_es.errors import LogCorrupt
from tomoe_es.log.live_segment import Named, sync_path
from tomoe_es.log.segment_trouble import NamedReading
from tomoe_es.log.signed_note import Checkpoint, SigningKey, Verifier, make_key, read_key, read_verifier
from tomoe_es.log.tree import LogTree

KEY_FILE = "checkpoint.key"
VERIFIER_FILE = "checkpoint.vkey"
LAST_NOTE_FILE = "checkpoint"


def default_origin() -> str:
    """Name of the log when nobody gave it another one: made of the machine's name."""
    return f"{socket.gethostname()}/tomoe-es-log"


def key_of(folder: Path, origin: str, seed: bytes) -> SigningKey:
    """The log's key, its public half beside it; made from `seed`, 32 random bytes, when it has none yet."""
    path = folder / KEY_FILE
    with Named("signing", folder):
        key = read_key(path) if path.exists() else make_key(path, origin, seed)
        if not (folder / VERIFIER_FILE).exists():
            _write(folder / VERIFIER_FILE, key.verifier().text() + "\n")
    return key


def verifier_of(folder: Path) -> Verifier:
    """The log's public key; ValueError when missing or damaged, LogUnavailable when it can't be read."""
    path = folder / VERIFIER_FILE
    if not path.exists():
        raise ValueError(f"there is no public key '{path}'")
    with NamedReading(path):
        content = path.read_bytes()
    try:
        return read_verifier(content.decode())
    except ValueError as error:
        raise ValueError(f"the public key '{path}' is damaged") from error


def write_checkpoint(folder: Path, key: SigningKey) -> str:
    """Sign the tree of all events now in the log; gives the note, which should leave the machine.

    Raises LogCorrupt when the log is shorter than the last checkpoint or differs from it: then what is
    there must not be signed.
    """
    tree = LogTree(folder)
    size = tree.size
    former = [key.verifier().open(note) for note in stored_notes(folder)[-1:]]
    for body in former:
        checkpoint = Checkpoint.parse(body)
        if checkpoint.size > size or tree.root(checkpoint.size) != checkpoint.root:
            position = min(size, checkpoint.size)
            raise LogCorrupt(
                position, f"the log is not the one of its checkpoint of {checkpoint.size} events"
            )
    note = key.sign(Checkpoint(key.name, size, tree.root(size)).text())
    with Named("signing", folder):
        tree.store_full_tiles(size)
        (folder / "checkpoints").mkdir(exist_ok=True)
        for path in (folder / "checkpoints" / f"{size:012d}", folder / LAST_NOTE_FILE):
            _write(path, note)
    return note


def stored_notes(folder: Path) -> list[str]:
    """The checkpoints in the folder, those of fewer events first."""
    with NamedReading(folder / "checkpoints"):
        kept = folder / "checkpoints"
        paths = sorted(kept.glob("[0-9]*")) if kept.is_dir() else []
        return [_text(path) for path in paths]


def last_note(folder: Path) -> str | None:
    """What the file `checkpoint` says, which should be the last of those that are stored."""
    path = folder / LAST_NOTE_FILE
    with NamedReading(path):
        return _text(path) if path.exists() else None


def _text(path: Path) -> str:
    """A note's text; what is none of UTF-8 is replaced, so that no signature fits it."""
    return path.read_bytes().decode(errors="replace")


def _write(path: Path, text: str) -> None:
    """A file that is whole on the disk, or as it was."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        sync_path(draft)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_path(path.parent)
