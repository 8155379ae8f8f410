"""Files that are written whole or not at all, and their digests."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from blake3 import blake3

READ_AT_ONCE: Final = 1 << 20


class WholeFile(msgspec.Struct, frozen=True):
    """A complete file on the disk."""

    path: Path
    sha256: str
    size_bytes: int


def write_whole_file(path: Path, parts: Iterable[bytes | memoryview]) -> WholeFile:
    """Write a file under another name, flush it to the disk, then give it its name: never half a file.

    That other name is nobody else's: a worker that was given up may still write the same file. What such a
    one leaves unfinished is deleted. Raises OSError when the disk refuses; then nothing is left behind.
    """
    digest, size = hashlib.sha256(), 0
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with partial.open("xb") as file:
            for part in parts:
                digest.update(part)
                size += file.write(part)
            name_whole_file(file, partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    for left in path.parent.glob(f".{path.name}.*.part"):
        left.unlink(missing_ok=True)
    return WholeFile(path, digest.hexdigest(), size)


def name_whole_file(file: BinaryIO, partial: Path, path: Path) -> None:
    """Flush a partial file to the disk and give it its name, also on the disk."""
    file.flush()
    os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def blake3_of(path: Path) -> str:
    """BLAKE3 of a file's bytes, in hexadecimal digits."""
    digest, room = blake3(), memoryview(bytearray(READ_AT_ONCE))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(room):
            digest.update(room[:count])
    return digest.hexdigest()
