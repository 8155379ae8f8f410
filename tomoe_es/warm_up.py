"""Compiles all that is compiled, so that no command has to wait for it.

`python -m tomoe_es.warm_up` does it after an installation.
"""

from __future__ import annotations

from tomoe_es.log import bulk_leaves
from tomoe_es.reduction import warm_up as of_reduction


def warm_up() -> None:
    """What a night reduces with, and what the log is verified with. Raises KernelCacheUnwritable."""
    of_reduction.warm_up()
    bulk_leaves.warm_up()


if __name__ == "__main__":
    warm_up()
