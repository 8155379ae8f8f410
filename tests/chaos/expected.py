"""Violations that each fault shows."""
from __future__ import annotations
EXPECTED: dict[str, tuple[frozenset[str], dict[str, frozenset[str]]]] = {}
