"""What compiled functions compute is the same on every processor."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import numba
import numpy as np
from tomoe_es.compiled import multiply_add

@numba.njit
def each(one, two, three, out):
    for k in range(len(out)):
        out[k] = multiply_add(one[k], two[k], three[k])

one, two = np.random.default_rng(1).normal(size=(2, 1000)).astype(np.float32)
out, three = np.empty(1000, np.float32), -one * two
each(one, two, three, out)
exact = one.astype(np.float64) * two + three  # which 64 bits hold
assert np.array_equal(out, exact.astype(np.float32))
assert np.count_nonzero(out) > 900  # in two steps all would be 0
print(any("vfmadd" in each for each in each.inspect_asm().values()))
"""


@pytest.mark.parametrize("features", [{}, {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "-fma"}])
def test_a_product_and_a_sum_in_one_step_are_rounded_once_also_without_an_instruction_for_it(
    features: dict[str, str],
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=os.environ | features, capture_output=True, text=True, check=True
    )
    assert not features or done.stdout == "False\n"
