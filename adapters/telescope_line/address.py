"""Where the telescope of a data folder is reached: a small file that its process writes."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

NAME = "telescope.json"
"""In the data folder's `run/`."""


class Address(msgspec.Struct, frozen=True):
    """A port of this machine, and the word that a connection must know."""

    port: int
    pid: int
    token: str


def write_address(run: Path, address: Address) -> None:
    """Replace the file as a whole; only its owner may read the token."""
    part = run / f".{NAME}.{os.getpid()}"
    part.touch(mode=0o600)
    part.write_bytes(msgspec.json.encode(address))
    part.replace(run / NAME)


def read_address(run: Path) -> Address | None:
    """The address; None when no telescope was ever there, or the file is being damaged."""
    try:
        return msgspec.json.decode((run / NAME).read_bytes(), type=Address)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def remove_address(run: Path, pid: int) -> None:
    """Take the file away when it is this process's."""
    address = read_address(run)
    if address is not None and address.pid == pid:
        (run / NAME).unlink(missing_ok=True)
