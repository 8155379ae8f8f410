"""Opens a night of a folder, without a trace in it, and says which night of which log by which code it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from adapters.code_identity import code_identity
from replay.cache import FileCache
from replay.folds import read_model_folds, state_folds
from replay.ladder import Ladder
from replay.log_digest import log_digest
from replay.night import Identity, ReplayedNight, code_name
from tomoe_es.log.read_only import ReadOnlyLog


@contextmanager
def opened_night(
    folder: Path, night: str | None = None, cache: Path | None = None
) -> Iterator[tuple[ReplayedNight, Identity]]:
    """A night of the log in a folder, the last one when none is named; `cache` holds states for next time."""
    code = code_identity()
    with closing(ReadOnlyLog(folder)) as log:
        opened = ReplayedNight(log, night)
        if cache is not None:
            source = code.source_sha256[:16]
            opened.use_ladders(
                Ladder(log, state_folds, cache=FileCache(cache, log, source, "states")),
                Ladder(
                    log, read_model_folds, cache=FileCache(cache, log, source, "read-models"), layered=False
                ),
            )
        yield opened, identity(folder, opened, code_name(code))


def identity(folder: Path, night: ReplayedNight, code_now: str) -> Identity:
    """What every output begins with."""
    return Identity(
        night.night,
        night.first,
        night.last,
        log_digest(folder, night),
        night.code_then,
        code_now,
        night.what_if,
    )
