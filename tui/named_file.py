"""A file that was named on the command line, while it is read or written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tomoe_es.errors import UsageError


class FileUnusable(UsageError):
    """A file that was named can't be read, or can't be written."""

    what_to_do = "look whether its folder is there, yours to write to, and not full"


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
