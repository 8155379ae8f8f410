"""Parameters that several commands of `tomoe replay` share, with what they mean: declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

PLACES = (
    "start, end, 1234, 50%, 22:14 (JST), '13:14 UTC', recipe:ID, exposure:N, product:NAME, violation:NAME, "
    "when:CONDITION"
)

Place = Annotated[str, Parameter(help=f"{PLACES}.")]
Start = Annotated[str, Parameter(name="--from", help="First place, as for `show`.")]
End = Annotated[str, Parameter(name="--to", help="Last place, as for `show`.")]
Night = Annotated[
    str | None, Parameter(name="--night", help="Date of the night's evening; else the last one.")
]
Data = Annotated[Path | None, Parameter(name="--data", help="Data folder; else $TOMOE_DATA, else `data`.")]
Json = Annotated[bool, Parameter(name="--json", negative="", help="As one JSON object, whole.")]
Limit = Annotated[int, Parameter(help="Lines at most.", validator=Number(gte=1))]
Flag = Annotated[bool, Parameter(negative="")]
"""A switch that has no opposite; what it means is said where it is declared."""
