"""Reads a file of the archive only as it was archived: another one tells nothing of the reduction."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeVar

from replay.truth.findings import Findings, Subject
from replay.truth.told import ToldChip

NAMES: Final = {"STACK": "archived stack", "ADES": "archived report"}


Content = TypeVar("Content")


def read_archived(
    chip: ToldChip,
    kind: str,
    archive: Path,
    read: Callable[[bytes], Content],
    subject: Subject,
    findings: Findings,
) -> Content | None:
    """What `read` makes of the bytes of a chip's product; None where it is not as recorded, which is told.

    `read` raises KeyError or ValueError of what it does not understand.
    """
    product, name = chip.archived[kind], NAMES[kind]
    path = archive / product.path
    if not path.is_file():
        findings.lacks(subject, chip, name, path)
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        findings.disagrees(subject, chip, f"its {name} {path} can't be read: {error.strerror}")
        return None
    if sha256(content).hexdigest() != product.sha256:
        said = f"its {name} is not the one that was recorded, by its SHA-256: damaged or replaced"
        findings.disagrees(subject, chip, f"{said}, and not compared: tomoe audit why {path}")
        return None
    try:
        return read(content)
    except (KeyError, ValueError) as error:
        said = f"its {name} {path} is as it was recorded, and damaged in what it says"
        findings.disagrees(subject, chip, f"{said}: {error}")
        return None
