"""Makes the truth table of the pipeline: `python -m benchmarks.science [--chips 200] [--out FILE]`.

Simulated chips go through the simulator's camera and the pipeline's own workers; only then is what came out
held against what was true. Each chip's record is kept, so that a run that was stopped goes on where it was:
records belong to a seed and to the code of pipeline, simulator and this benchmark, others aren't used.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import shutil
import sys
import tempfile
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import msgspec

from adapters.simulator.sky.catalogue import give_catalogue_motions
from adapters.star_indexes import MOTIONS
from benchmarks.science import faults
from benchmarks.science.imaging import Folders
from benchmarks.science.page import page
from benchmarks.science.plan import DET_IDS
from benchmarks.science.work import Item, Options, Record, do, items, make_masters

TOP = Path(__file__).parents[2]
CODE = (
    "tomoe_es/reduction",
    "tomoe_es/camera",
    "adapters/simulator/sky",
    "adapters/astrometry_net.py",
    "adapters/engines/reduction_jobs.py",
    "adapters/star_indexes.py",
    "adapters/tycho2_field_index.py",
    "adapters/tycho2_motions.py",
    "benchmarks/science",
    "benchmarks/linking",
)


def run(options: Options, at_once: int, kept: Path, work: Path) -> dict[str, list[Record]]:
    """Do what isn't done yet; all records by kind. Raises RuntimeError at the end if a piece failed."""
    records: dict[str, list[Record]] = {"chip": [], "fault": [], "linking": [], "many": []}
    todo = []
    for item in items(options):
        path = kept / item.file
        if path.exists():
            records[item.kind].append(msgspec.json.decode(path.read_bytes()))
        else:
            todo.append(item)
    _say(
        f"{len(todo)} pieces of work to do, {sum(map(len, records.values()))} done before; records in {kept}"
    )
    if not todo or at_once == 0:
        return records
    star_indexes = Folders(work, kept).star_indexes
    star_indexes.mkdir(exist_ok=True)
    give_catalogue_motions(star_indexes / MOTIONS)
    start, failed = time.monotonic(), list[str]()
    with ProcessPoolExecutor(at_once, multiprocessing.get_context("spawn")) as pool:
        _say("master darks and flats first")
        for made in [pool.submit(make_masters, det_id, options, work, kept) for det_id in DET_IDS]:
            made.result()
        running = {pool.submit(do, item, options, work, kept): item for item in todo}
        try:
            for number, future in enumerate(as_completed(running), start=1):
                item, trouble = running[future], future.exception()
                passed = f"{number}/{len(todo)} after {time.monotonic() - start:.0f} s: {item.file[:-5]}"
                if trouble is not None:
                    failed.append(item.file[:-5])
                    _say(f"{passed} failed:\n{''.join(traceback.format_exception(trouble))}")
                    continue
                record = future.result()
                _keep(kept / item.file, record)
                records[item.kind].append(record)
                _say(f"{passed} {_told(item, record)}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if failed:
        raise RuntimeError(f"{len(failed)} pieces of work failed: {', '.join(failed)}")
    return records


def _keep(path: Path, record: Record) -> None:
    """Whole or not at all."""
    path.with_suffix(".part").write_bytes(msgspec.json.encode(record))
    path.with_suffix(".part").rename(path)


def _told(item: Item, record: Record) -> str:
    """What one line of progress says of a record."""
    if item.kind == "chip":
        made = record["movers"].get("movers", [])
        found = f"{sum(mover[2] > 0 for mover in made)} of {len(made)} movers"
        return f"rejected by {record['rejected']}" if record["rejected"] else found
    if item.kind == "fault":
        return f"{faults.FAULTS[record['fault']].what}: {record['named']}"
    return ""


def code_digest() -> str:
    """Of all code on which a record depends."""
    digest = hashlib.sha256()
    for name in CODE:
        path = TOP / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.relative_to(TOP).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main(options: Options, at_once: int, kept: Path, out: Path | None) -> None:
    """Run, print the page, and write it."""
    kept = kept / f"{code_digest()}-{options.seed}"
    kept.mkdir(parents=True, exist_ok=True)
    ram = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
    work = Path(tempfile.mkdtemp(prefix="tomoe-science-", dir=ram))
    try:
        text = page(run(options, at_once, kept.resolve(), work))
    finally:
        shutil.rmtree(work)
    sys.stdout.write(text)
    if out is not None:
        head, mark, _ = out.read_text(encoding="utf-8").partition("<!-- measured -->\n")
        out.write_text(f"{head}{mark}\n{text}", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.science")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chips", type=int, default=200, help="chips with movers, under a clear sky")
    parser.add_argument("--faults-each", type=int, default=3, help="chips with each fault")
    parser.add_argument(
        "--many", type=int, default=0, help="chips of few frames, to look for wrong solutions"
    )
    parser.add_argument("--cubes-every", type=int, default=4, help="every so many pairs of fields tracee")
    parser.add_argument(
        "--peers-every", type=int, default=5, help="every so many pairs of fields other programs"
    )
    parser.add_argument(
        "--at-once", type=int, default=2, help="worker processes; 0 only makes the page of what is done"
    )
    parser.add_argument("--kept", type=Path, default=Path("build/science"), help="folder of records")
    parser.add_argument("--out", type=Path, help="page whose part after '<!-- measured -->' is written anew")
    given = parser.parse_args()
    main(
        Options(given.seed, given.chips, given.faults_each, given.many, given.cubes_every, given.peers_every),
        given.at_once,
        given.kept,
        given.out,
    )
