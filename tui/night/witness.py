"""The night's checkpoints of its log: the last one before it goes into its plan, and it signs one at its end.

Messages and FITS headers carry them out of the machine. Whatever hinders that is told, and holds up no night.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from tomoe_es.control.raised import error_raised
from tomoe_es.errors import CheckpointNotSigned, LogError
from tomoe_es.events import Event
from tomoe_es.events.system import LogCheckpoint
from tomoe_es.log.checkpoints import default_origin, key_of, last_note, write_checkpoint
from tomoe_es.log.signed_note import Checkpoint, SigningKey


class Witness:
    """Of one log; makes its key at the first start, and signs what it holds then, such as nothing."""

    def __init__(self, folder: Path, process: str) -> None:
        self._folder, self._process = folder, process
        self._troubles: list[Event] = []

    def last(self) -> LogCheckpoint | None:
        """What the last checkpoint says; None when this log's key has signed none of any event."""
        with self._telling():
            key = self._key()
            note = last_note(self._folder)
            if note is None:
                write_checkpoint(
                    self._folder, key
                )  # a key without any checkpoint would mean that they are lost
                return None
            checkpoint = Checkpoint.parse(key.verifier().open(note))
            return LogCheckpoint(checkpoint.size, checkpoint.root_text) if checkpoint.size else None
        return None

    def sign(self) -> str:
        """Sign what the log holds now; the note, or nothing when that could not be done.

        Takes some 7 s of one core for a million events since the last one.
        """
        with self._telling():
            return write_checkpoint(self._folder, self._key())
        return ""

    def troubles(self) -> list[Event]:
        """What went wrong since this was last asked, to be recorded."""
        told, self._troubles = self._troubles, []
        return told

    def _key(self) -> SigningKey:
        return key_of(self._folder, default_origin(), os.urandom(32))

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            try:
                yield
            except (LogError, OSError, ValueError, apsw.Error) as error:
                raise CheckpointNotSigned(f"the log can't be signed: {error}") from error
        except CheckpointNotSigned as named:
            self._troubles.append(error_raised(self._process, named))
