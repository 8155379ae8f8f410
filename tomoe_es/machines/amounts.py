"""Amounts of bytes as people read them."""

from __future__ import annotations


def bytes_text(number: int) -> str:
    """With the unit in which the amount is not nothing."""
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} bytes"
