"""A compiled function is compiled anew when something changes that it takes from another file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CALLER = """
from tomoe_es.compiled import compiled
from {package}.callee import SCALE, inside

@compiled
def outside(x):
    return SCALE * inside(x)
"""
CALLEE = """
from tomoe_es.compiled import inlined

SCALE = {scale}

@inlined
def inside(x):
    return x + {added}
"""


def result(folder: Path, scale: int, added: int) -> tuple[int, int]:
    """What a new process computes of 1, and how many functions it had to compile."""
    package = folder / "package"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").touch()
    (package / "caller.py").write_text(CALLER.format(package="package"), encoding="utf-8")
    (package / "callee.py").write_text(CALLEE.format(scale=scale, added=added), encoding="utf-8")
    code = "from package.caller import outside; print(outside(1), sum(outside.stats.cache_misses.values()))"
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    value, compiled = done.stdout.split()
    return int(value), int(compiled)


@pytest.mark.parametrize("changed", [{"scale": 5, "added": 10}, {"scale": 3, "added": 20}])
def test_what_is_taken_from_another_file_is_up_to_date(tmp_path: Path, changed: dict[str, int]) -> None:
    assert result(tmp_path, scale=3, added=10) == (33, 1)
    assert result(tmp_path, scale=3, added=10) == (33, 0), "kept"
    expected = changed["scale"] * (1 + changed["added"])
    assert result(tmp_path, **changed) == (expected, 1)
