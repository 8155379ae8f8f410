"""The truth table as Markdown, from the records of all pieces of work."""

from __future__ import annotations

import time

from benchmarks.science import astrometry, faults, frame_limit, mover_accuracy, movers, photometry
from benchmarks.science.row import HEAD, Row
from benchmarks.science.work import Record


def page(records: dict[str, list[Record]]) -> str:
    """The tables as Markdown."""
    chips = records["chip"]
    families: list[tuple[str, list[Row]]] = [
        ("Astrometry", [*astrometry.rows(chips), *astrometry.many_rows(records["many"])]),
        ("Photometry", [*photometry.rows(chips), *frame_limit.rows(chips)]),
    ]
    text = []
    if any(chip.get("peers") for chip in chips):
        from benchmarks.science import peers

        families.append(("Photometry beside sep, Source Extractor and photutils", peers.rows(chips)))
    families.append(("Moving objects", [*movers.rows(chips), movers.worse_cells(chips)]))
    families.append(("Places, rates and light of moving objects", mover_accuracy.rows(chips)))
    if records["linking"]:
        from benchmarks.science import linking

        families.append(("Linking beside tracee", linking.rows(records["linking"])))
    families.append(("Quality checks", faults.rows(records["fault"], chips)))
    every = [row for _, rows in families for row in rows]
    missed = [row.what for row in every if not row.reached]
    text.append(
        f"{time.strftime('%Y-%m-%d')}, {len(chips)} chips: {len(every) - len(missed)} of {len(every)} rows"
    )
    text[-1] += " are as wanted." if not missed else f" are as wanted; missed: {'; '.join(missed)}."
    for title, rows in families:
        text.append(f"\n## {title}\n\n{HEAD}\n" + "\n".join(row.line() for row in rows))
    text.append("\n## Movers found, by cell\n\n" + movers.cells(chips))
    if records["linking"]:
        text.append("\n## Linking, by cell\n\n" + linking.cells(records["linking"]))
    return "\n".join(text) + "\n"
