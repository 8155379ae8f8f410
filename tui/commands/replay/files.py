"""Files that a command of `tomoe replay` is told to read or to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from replay.errors import FileUnusable


@contextmanager
def usable(file: Path) -> Iterator[Path]:
    """The file, while it is read or written; raises FileUnusable where that can't be done."""
    try:
        yield file
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise FileUnusable(
            f"{file}: {why}: look whether it is the right file, and its folder is there"
        ) from error
