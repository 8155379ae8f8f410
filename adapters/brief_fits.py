"""FITS tables of plain numbers, in a tenth of a millisecond: astropy takes thirty for those of the solver.

Just what passes between this program and astrometry.net: a primary header without data, and one binary table
of scalar columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

BLOCK: Final = 2880
CARD: Final = 80
_TYPES: Final = {"L": "S1", "B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8", "A": "S"}


def read_table(path: Path) -> NDArray[np.void]:
    """Rows of the first extension. Raises ValueError where it is no table of plain numbers, OSError."""
    content = path.read_bytes()
    _, start = _header(content, 0)
    table, data = _header(content, start)
    try:
        columns = [
            (table[f"TTYPE{number}"], _dtype(table[f"TFORM{number}"]))
            for number in range(1, int(table["TFIELDS"]) + 1)
        ]
        rows, width = int(table["NAXIS2"]), int(table["NAXIS1"])
    except KeyError as error:
        raise ValueError(f"{path} has no table: {error} is missing") from error
    dtype = np.dtype(columns)
    if dtype.itemsize != width:
        raise ValueError(f"the columns of {path} take {dtype.itemsize} bytes a row, not {width}")
    return np.frombuffer(content, dtype, rows, data)


def write_table(path: Path, cards: Mapping[str, object], columns: Mapping[str, NDArray[np.float64]]) -> None:
    """Write a primary header with these cards, and a table of columns of one length."""
    rows = np.zeros(len(next(iter(columns.values()))), [(name, ">f8") for name in columns])
    for name, values in columns.items():
        rows[name] = values
    table: dict[str, object] = {
        "XTENSION": "BINTABLE",
        "BITPIX": 8,
        "NAXIS": 2,
        "NAXIS1": rows.dtype.itemsize,
        "NAXIS2": len(rows),
        "PCOUNT": 0,
        "GCOUNT": 1,
        "TFIELDS": len(columns),
    }
    for number, name in enumerate(columns, start=1):
        table |= {f"TTYPE{number}": name, f"TFORM{number}": "D"}
    primary = {"SIMPLE": True, "BITPIX": 8, "NAXIS": 0, "EXTEND": True, **cards}
    path.write_bytes(_cards(primary) + _cards(table) + _padded(rows.tobytes(), b"\0"))


def _cards(values: Mapping[str, object]) -> bytes:
    text = "".join(f"{key:<8}= {_value(value)}".ljust(CARD) for key, value in values.items())
    return _padded((text + "END".ljust(CARD)).encode("ascii"), b" ")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "T".rjust(20) if value else "F".rjust(20)
    if isinstance(value, int | float):
        return repr(value).upper().rjust(20)
    return f"'{value!s:<8}'"


def _padded(content: bytes, filler: bytes) -> bytes:
    return content + filler * (-len(content) % BLOCK)


def _header(content: bytes, start: int) -> tuple[dict[str, str], int]:
    """Values of a header as text, and where its data begins."""
    found: dict[str, str] = {}
    for place, card in _each_card(content, start):
        if card.rstrip() == "END":
            return found, place + CARD + -(place + CARD) % BLOCK
        if card[8:10] == "= ":
            found[card[:8].rstrip()] = card[10:].partition("/")[0].strip().strip("'").rstrip()
    raise ValueError("a FITS unit without END")


def _each_card(content: bytes, start: int) -> Iterator[tuple[int, str]]:
    for place in range(start, len(content), CARD):
        yield place, content[place : place + CARD].decode("ascii", "replace")


def _dtype(form: str) -> str | tuple[str, int]:
    repeat, letter = form[:-1] or "1", form[-1]
    if letter not in _TYPES:
        raise ValueError(f"a column of the form {form}")
    if letter == "A":
        return f"S{repeat}"
    return _TYPES[letter] if repeat == "1" else (_TYPES[letter], int(repeat))
