"""Writing a file that was named on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tomoe_es.errors import UsageError


class OutputUnwritable(UsageError):
    """A file that was to be written can't be."""

    what_to_do = "name a file in a folder that is there, may be written and has room"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Name what keeps a file from being written; raises OutputUnwritable."""
    try:
        yield
    except OSError as error:
        raise OutputUnwritable(
            f"{path} can't be written ({error.strerror}): name a file in a folder that is there"
        ) from error
