"""Runs the projections over the log: each event is decoded once and goes to those that look at its type."""

from __future__ import annotations

import fcntl
from collections.abc import Collection, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, Self, TextIO

from projections.catalogue import PROJECTIONS, projections_named
from projections.errors import ProjectionBusy, ProjectionDamaged, ProjectionUnwritable
from projections.projection import Evolve, Projection, Row
from projections.store import ProjectionWriter
from tomoe_es.errors import DataFolderInUse
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.port import EventLog

BATCH_EVENTS = 50_000
"""Events between two commits: bounds the memory for rows not yet written."""
PAUSE_SECONDS = 0.2
"""Between two commits while the night is followed: the screens are this late at most."""


class StopSignal(Protocol):
    """An event of `threading` or `multiprocessing`."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool: ...


class _Running:
    """A projection with its file and how far it has come; rows wait here until they are saved."""

    def __init__(self, folder: Path, projection: Projection) -> None:
        self.projection = projection
        self.writer = ProjectionWriter(folder, projection)
        self.rows: list[Row] = []
        self.restore()

    def restore(self) -> None:
        snapshot = self.writer.load()
        self.state, self.position, self.time_us = snapshot.state, snapshot.position, snapshot.time_us
        self.saved = snapshot.position
        self.rows.clear()

    def save(self) -> None:
        if self.saved != self.position:
            self.writer.save(self.state, self.rows, self.position, self.time_us)
            self.rows.clear()
            self.saved = self.position


def _lock_file(folder: Path) -> TextIO:
    """The file whose lock its writer holds; ProjectionUnwritable where this user may not write."""
    path = folder / "writer.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return path.open("w")
    except OSError as error:
        remedy = "do it where and as who may write there"
        raise ProjectionUnwritable(path, error.strerror or str(error), remedy) from error


def _opened(folder: Path, projection: Projection, *, mend: bool) -> _Running:
    try:
        return _Running(folder, projection)
    except ProjectionDamaged:
        if not mend:
            raise
        (folder / projection.file_name).unlink()  # the log builds it again
        return _Running(folder, projection)


class Projector:
    """All projections, or some, of one data folder; the only writer of their files.

    Raises DataFolderInUse when another process writes them. `rebuild` starts them from the first event,
    `mend` those whose file is damaged.
    """

    def __init__(
        self,
        log: EventLog,
        folder: Path,
        names: Collection[str] = (),
        *,
        rebuild: bool = False,
        mend: bool = False,
    ) -> None:
        self._log = log
        self._lock = _lock_file(folder)
        self._running: list[_Running] = []
        try:
            self._take_lock(folder)
            for projection in projections_named(names) if names else PROJECTIONS:
                self._running.append(_opened(folder, projection, mend=mend or rebuild))
            if rebuild:
                for each in self._running:
                    each.writer.reset()
                    each.restore()
        except BaseException:
            self.close()
            raise

    def _take_lock(self, folder: Path) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataFolderInUse(
                f"another process writes the projections in {folder}: wait until its night has ended"
            ) from error

    @property
    def position(self) -> int:
        """Position of the log that every projection has reached."""
        return min(each.position for each in self._running)

    def catch_up(self, limit: int | None = None) -> int:
        """Take in what the log holds beyond what each projection has seen, at most `limit` events; save.

        Returns how many events were read. The result does not depend on how the log is cut into calls.
        """
        start = self.position
        end = self._log.head() if limit is None else min(self._log.head(), start + limit)
        while (position := self.position) < end:
            behind = [each for each in self._running if each.position == position]
            ahead = [each.position for each in self._running if each.position > position]
            events = iter(self._log.read(after=position, until=min([end, *ahead])))
            while batch := list(islice(events, BATCH_EVENTS)):
                self._take(behind, batch)
                self._save()
        return max(end - start, 0)

    def follow(self, stopped: StopSignal, pause_seconds: float = PAUSE_SECONDS) -> None:
        """Keep the projections up to date until `stopped` is set; what is in the log then is still taken in.

        For a thread of the process that runs the night.
        """
        self.catch_up()
        subscription = self._log.subscribe(after=self.position)
        try:
            while not stopped.is_set():
                subscription.wait(pause_seconds)
                batch = subscription.poll(BATCH_EVENTS)
                self._take(self._running, batch)
                self._save_unless_busy()
                if len(batch) < BATCH_EVENTS:
                    stopped.wait(pause_seconds)
        finally:
            subscription.close()
        with suppress(ProjectionUnwritable):  # whoever reads them next takes in what the log holds
            self.catch_up()
            self._save()

    def _save_unless_busy(self) -> None:
        try:
            self._save()
        except (ProjectionBusy, ProjectionUnwritable):
            return  # for as long as that lasts everything is still in memory, and is saved the next time

    def _take(self, running: Sequence[_Running], events: Sequence[Recorded]) -> None:
        handlers: dict[type[Event], list[tuple[Evolve, Any, list[Row]]]] = {}
        for each in running:
            for event_type, evolve in each.projection.evolve.items():
                handlers.setdefault(event_type, []).append((evolve, each.state, each.rows))
        if not events:
            return
        none: tuple[()] = ()
        for recorded in events:
            payload = recorded.payload
            for evolve, state, rows in handlers.get(type(payload), none):
                new_rows = evolve(state, payload, recorded)
                if new_rows:
                    rows.extend(new_rows)
        for each in running:
            each.position, each.time_us = events[-1].position, events[-1].time

    def _save(self) -> None:
        for each in self._running:
            each.save()

    def close(self) -> None:
        """Close the files and let others write them."""
        for each in self._running:
            each.writer.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
