"""Prints the log's speed against its targets: `python -m benchmarks.log [--growth] [--out FILE] [EVENTS]`.

EVENTS, of the night that is read, is 1,000,000 when not said. `--growth` measures nights of 10,000, 100,000
and 10,000,000 besides. Ratios are taken within one run, in turns, since other jobs share the machine; rates
of reading are of CPU time, the best of five.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.log import postgres
from benchmarks.log.appending import Speed, callers, in_turn, ours, raw_apsw
from benchmarks.log.one_night import OneNight, measure
from benchmarks.log.table import HEAD, Table
from benchmarks.log.year import opening_ms


def appends(table: Table) -> None:
    for each, count, target in ((1, 1_000, 2.0), (100, 100, 4.0)):
        ways: list[Callable[[Path], Speed]] = [
            lambda folder, count=count, each=each: raw_apsw(folder, count, each),  # type: ignore[misc]
            lambda folder, count=count, each=each: ours(folder, count, each),  # type: ignore[misc]
        ]
        if saves is not None:
            ways.append(lambda folder, count=count, each=each: saves(folder, count, each))  # type: ignore[misc]
        raw, rate, *other = in_turn(*ways)
        what = f"durable append, {each} a transaction"
        table.row(what, rate.by_clock, "events/s")
        table.row(f"{what}: of raw apsw", rate.by_clock / raw.by_clock, "x", at_least=0.85)
        table.row(f"{what}: of raw apsw, in CPU time", rate.by_cpu / raw.by_cpu, "x")
        if other:
            (save,) = other
            table.row(
                f"{what}: of `eventsourcing` app.save", rate.by_clock / save.by_clock, "x", at_least=target
            )
            table.row(f"{what}: of app.save, in CPU time", rate.by_cpu / save.by_cpu, "x")
            table.row(
                f"limit: raw apsw, {each} a transaction: of app.save", raw.by_clock / save.by_clock, "x"
            )
    one, many = in_turn(lambda folder: callers(folder, 1, 1_000), lambda folder: callers(folder, 64, 100))
    table.row("64 concurrent callers: of one caller", many.by_clock / one.by_clock, "x", at_least=4)


def of_night(table: Table, night: OneNight) -> None:
    million = night.events / 1e6
    table.row("append, 588 a transaction", night.append_rate, "events/s")
    table.row("read + decode + fold, sealed", night.sealed_rate / 1e6, "M events/CPU s", at_least=1.4)
    table.row("read + decode + fold, live", night.live_rate / 1e6, "M events/CPU s", at_least=1.2)
    limits = night.limits
    table.row("limit: bare zstd + msgspec + fold of the blocks", limits.sealed_rate / 1e6, "M events/CPU s")
    table.row("read, sealed: of this limit", night.sealed_rate / limits.sealed_rate, "x")
    table.row("limit: bare apsw + msgspec + fold of the rows", limits.live_rate / 1e6, "M events/CPU s")
    table.row("read, live: of this limit", night.live_rate / limits.live_rate, "x")
    table.row("msgspec alone, of the payloads", limits.payload_rate / 1e6, "M events/CPU s")
    table.row("fold alone, of objects in memory", limits.fold_rate / 1e6, "M events/CPU s")
    if reads is not None:
        (read,) = in_turn(lambda folder: reads(folder, 20_000))
        what = "read, sealed: of `eventsourcing`'s decoded log"
        table.row(what, night.sealed_rate / read.by_cpu, "x", at_least=8)
    table.row("rebuild of all projections", night.rebuild_seconds, "CPU s", under=5)
    for place, (half, most) in night.seeks_ms.items():
        table.row(f"seek, {place}: p50", half, "ms", under=25)
        table.row(f"seek, {place}: p99", most, "ms", under=60)
    table.row("sealed", night.sealed_bytes, "bytes an event", under=60)
    table.row("live", night.live_bytes, "bytes an event")
    table.row("sealing", night.seal_seconds / million, "CPU s a million")
    table.row("verify a night", night.verify_seconds / million, "CPU s a million", under=1.5)
    table.row("limit: three SHA-256 an event", limits.hash_seconds, "CPU s a million")


def growth(table: Table, nights: list[OneNight]) -> None:
    table.line("\n| events | " + " | ".join(f"{night.events:,}" for night in nights) + " |")
    table.line("|---|" + "---|" * len(nights))
    lines: dict[str, Callable[[OneNight], float]] = {
        "append, events/s": lambda night: night.append_rate,
        "read + decode + fold, live, M events/CPU s": lambda night: night.live_rate / 1e6,
        "read + decode + fold, sealed, M events/CPU s": lambda night: night.sealed_rate / 1e6,
        "seek by position, sealed, p99 ms": lambda night: night.seeks_ms["sealed, by position"][1],
        "seek by time, sealed, p99 ms": lambda night: night.seeks_ms["sealed, by time"][1],
        "seek by time, live, p99 ms": lambda night: night.seeks_ms["live, by time"][1],
        "bytes an event, sealed": lambda night: night.sealed_bytes,
        "sealing, CPU s a million": lambda night: night.seal_seconds / night.events * 1e6,
        "verify, CPU s a million": lambda night: night.verify_seconds / night.events * 1e6,
        "rebuild, CPU s a million": lambda night: night.rebuild_seconds / night.events * 1e6,
    }
    for what, value in lines.items():
        shown = (
            f"{value(night):,.0f}" if value(night) >= 1000 else f"{value(night):.3g}" for night in nights
        )
        table.line(f"| {what} | " + " | ".join(shown) + " |")


def machine() -> str:
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(": ")[2] for line in info if line.startswith("model name")), "")
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    python = f"Python {platform.python_version()}"
    return f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores of {model}, {python}, load {load}"


def main(events: int, with_growth: bool, out: Path | None) -> None:
    table = Table()
    table.line(machine() + "\n\n" + HEAD)
    appends(table)
    table.row("opening a year: 365 sealed nights and one live", opening_ms(), "ms", under=100)
    night = measure(events)
    of_night(table, night)
    with postgres.running() as (server, drafts):
        postgres.measure(table, server, drafts)
        if with_growth:
            growth(table, [*map(measure, (10_000, 100_000)), night, measure(10_000_000)])
            postgres.growth(table, server, drafts)
    if out is not None:
        head, mark, _ = out.read_text(encoding="utf-8").partition("<!-- measured -->\n")
        out.write_text(f"{head}{mark}\n{table.text}", encoding="utf-8")


try:
    from benchmarks.log.eventsourcing_app import reads, saves
except ModuleNotFoundError:
    reads = saves = None  # type: ignore[assignment]

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.log")
    parser.add_argument("events", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--growth", action="store_true", help="nights of 10,000 to 10,000,000 events besides")
    parser.add_argument("--out", type=Path, help="page whose part after '<!-- measured -->' is written anew")
    given = parser.parse_args()
    main(given.events, given.growth, given.out)
