"""The same facts through the `eventsourcing` package: `app.save`, and its log read back as decoded events."""

from __future__ import annotations

from pathlib import Path

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate

from benchmarks.log.appending import Speed, Stopwatch


class ChipCube(Aggregate):
    """One stream."""

    class Buffered(Aggregate.Event):
        """The fields of ChipCubeBuffered."""

        exposure_number: int
        frame_id: str
        path: str
        sha256: str
        size_bytes: int

        def apply(self, aggregate: Aggregate) -> None:
            """Nothing to keep."""


def opened(folder: Path) -> Application:
    return Application(
        env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / "events.sqlite")}
    )


def saves(folder: Path, appends: int, each: int) -> Speed:
    """Speed through `app.save`, one caller."""
    app, cube = opened(folder), ChipCube()
    app.save(cube)
    stopwatch = Stopwatch()
    for _ in range(appends):
        for _ in range(each):
            cube.trigger_event(
                ChipCube.Buffered,
                exposure_number=1,
                frame_id="TMQ10000000100",
                path="2023-12-12/TMQ10000000100.fits",
                sha256="0" * 64,
                size_bytes=93_312_000,
            )
        app.save(cube)
    speed = stopwatch.speed(appends * each)
    app.close()
    return speed


def reads(folder: Path, events: int) -> Speed:
    """Speed of the notification log, decoded."""
    saves(folder, events // 100, 100)
    app = opened(folder)
    stopwatch, count = Stopwatch(), 0
    while notifications := app.recorder.select_notifications(start=count + 1, limit=1_000):
        count += sum(app.mapper.to_domain_event(each) is not None for each in notifications)
    speed = stopwatch.speed(count)
    app.close()
    return speed
