"""After an installation nothing is left to compile, neither for a night nor for who verifies the log."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log.sqlite_log import SqliteLog

VERIFY = """
import sys
from pathlib import Path
from tomoe_es.log import bulk_leaves, bulk_sha256
from tomoe_es.log.verifying import verify

assert all(each.holds for each in verify(Path(sys.argv[1])))
kernels = [
    *(bulk_sha256.digests, bulk_leaves._parents),
    *(bulk_leaves._find, bulk_leaves._begin, bulk_leaves._leaf_hashes),
]
assert all(kernel.stats.cache_hits for kernel in (bulk_leaves._find, bulk_leaves._parents)), "they were used"
sys.exit(sum(sum(kernel.stats.cache_misses.values()) for kernel in kernels))
"""


def test_the_log_is_verified_by_what_was_compiled(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path)
    events = [Draft(MessagePosted(recipe_id="", text=str(number)), 1 + number) for number in range(600)]
    log.append("messages", events)
    log.close()
    subprocess.run([sys.executable, "-m", "tomoe_es.warm_up"], check=True)

    subprocess.run([sys.executable, "-c", VERIFY, tmp_path], check=True)
