"""A worker need not compile anything: the warm-up has."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import msgspec

from tests.tomoe_es.reduction.pipeline.bench import Bench, render


def test_nothing_is_left_to_compile_for_a_worker_after_the_warm_up(bench: Bench, tmp_path: Path) -> None:
    cache = tmp_path / "kernels"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    job = bench.job("OBJECT", 25, render("OBJECT", 25, 8))
    job = msgspec.structs.replace(job, steps=("wcs", "stack", "clip", "neo", "cube"))
    (tmp_path / "job").write_bytes(pickle.dumps((job, bench.solver)))
    warm_up = "from tomoe_es.reduction.warm_up import warm_up; warm_up()"
    subprocess.run([sys.executable, "-c", warm_up], env=environment, check=True)
    compiled = sorted(cache.rglob("*.nbc"))
    reduce_it = (
        "import pickle, pathlib, sys; from tomoe_es.reduction.pipeline import run_job;"
        "job, solver = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes());"
        "sys.exit(0 if run_job(job, solver, lambda: 0.0).passed else 1)"
    )
    subprocess.run([sys.executable, "-c", reduce_it, tmp_path / "job"], env=environment, check=True)
    assert len(compiled) >= 8
    assert sorted(cache.rglob("*.nbc")) == compiled
