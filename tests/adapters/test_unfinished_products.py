"""What a job that was given up had begun to write is deleted, and nothing else."""

from __future__ import annotations

from pathlib import Path

from adapters.unfinished_products import UnfinishedProducts
from tests.adapters.simulator.stepped import Line
from tomoe_es.events.reduction import ReductionFailed
from tomoe_es.reduction.archive_path import archive_path
from tomoe_es.reduction.job import ProductKind

FRAME_ID, OTHER_FRAME_ID = "TMQ1202605280000000301", "TMQ1202605280000000302"


def part(archive: Path, frame_id: str, kind: ProductKind) -> Path:
    path = archive / archive_path(frame_id, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.0123456789abcdef.part")
    unfinished.write_bytes(b"half")
    return unfinished


def fail(archive: Path, *, given_up: bool) -> None:
    line = Line()
    line.conductor.add_effects(UnfinishedProducts(archive).effects())
    line.record(
        ReductionFailed(
            exposure_number=3,
            frame_id=FRAME_ID,
            job_id="job",
            attempt=3,
            condition="WorkerLost",
            message="a worker process ended",
            given_up=given_up,
        )
    )


def test_what_a_given_up_job_left_unfinished_is_deleted(tmp_path: Path) -> None:
    left = [part(tmp_path, FRAME_ID, kind) for kind in ("STACK", "CUBE", "NEO", "ADES")]
    whole = tmp_path / archive_path(FRAME_ID, "STACK")
    whole.write_bytes(b"whole")
    other = part(tmp_path, OTHER_FRAME_ID, "STACK")
    fail(tmp_path, given_up=True)
    assert not any(path.exists() for path in left)
    assert whole.exists()
    assert other.exists()


def test_a_job_that_is_done_again_may_still_be_writing(tmp_path: Path) -> None:
    left = part(tmp_path, FRAME_ID, "STACK")
    fail(tmp_path, given_up=False)
    assert left.exists()


def test_a_job_that_wrote_nothing_is_no_trouble(tmp_path: Path) -> None:
    fail(tmp_path, given_up=True)
    assert list(tmp_path.iterdir()) == []
