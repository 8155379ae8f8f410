"""What only Dask can do to a night: lose its scheduler, have workers of other code, leave workers behind.

By its name it comes after the suites that the process pool passes first, so that one cluster serves all.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.engines.dask_engine import DaskEngine
from tests.contracts import engine_tasks as tasks
from tests.contracts.engine_sites import CODE, START_SECONDS, TOP, Dask, wait_until
from tomoe_es.reduction.engine import EngineLost, WorkersRunOtherCode
from tomoe_es.reduction.needs import Needs

pytestmark = [
    pytest.mark.xdist_group("job engines"),
    pytest.mark.timeout(900),
    pytest.mark.parametrize("site", ["dask"], indirect=True),
]


def is_there(engine: DaskEngine) -> bool:
    try:
        engine.capacity()
    except EngineLost:
        return False
    return True


def test_workers_of_other_code_are_refused_by_name(site: Dask) -> None:
    wait_until(lambda: is_there(site.engine()))
    with pytest.raises(WorkersRunOtherCode) as refused:
        DaskEngine(site.address, "0.0+of another night")
    assert CODE in str(refused.value)
    assert "0.0+of another night" in str(refused.value)


def test_whoever_is_told_that_it_is_lost_finds_it_lost_and_later_as_large_as_before(
    site: Dask, tmp_path: Path
) -> None:
    engine = site.engine()
    until = tmp_path / "until"
    running = engine.submit(tasks.hold, tmp_path / "begun", until)
    wait_until((tmp_path / "begun").exists)
    site.lose()
    with pytest.raises(EngineLost):
        running.result()
    assert not is_there(engine), "or the same jobs would be given to it at once, and be lost again"
    until.touch()
    site.restore()
    wait_until(lambda: is_there(engine))
    assert engine.capacity().largest == Needs(1, 1000, 50), "though perhaps only the small one is back"
    assert engine.submit(divmod, 7, 2, needs=Needs(1, 900, 0)).result() == (3, 1)
    engine.close()


def test_a_worker_command_that_is_killed_leaves_no_process(site: Dask, tmp_path: Path) -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "tui.start", "worker", site.address, "--workers", "1", "--memory-mb", "50"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(TOP)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    children = Path(f"/proc/{command.pid}/task/{command.pid}/children")
    wait_until(lambda: bool(children.read_text()))
    child = os.pidfd_open(int(children.read_text().split()[-1]))
    command.send_signal(signal.SIGKILL)
    command.wait()
    assert select.select([child], [], [], START_SECONDS)[0]
    os.close(child)
