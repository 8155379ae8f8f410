"""`tomoe recipe`: look at recipes before anything moves."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import cyclopts
import msgspec

from tomoe_es.night import night_of, night_span
from tomoe_es.recipe.operations import total_exposures
from tomoe_es.recipe.parsing import CheckedFile, parse_recipe

app = cyclopts.App(name="recipe", help="Look at recipes before anything moves.")

GOOD, BAD, USAGE = 0, 1, 2


def _print_human(source_name: str, night: str, checked: CheckedFile) -> None:
    if checked.recipe is not None:
        operations, exposures = len(checked.recipe.operations), total_exposures(checked.recipe)
        print(f"{source_name}: good for the night of {night}: {operations} operations, {exposures} exposures")
    for error in checked.errors:
        field = f"{error.field}: " if error.field else ""
        print(f"{error.file}:{error.line}:{error.column}: {field}{error.message} [{error.condition}]")
        print(f"    remedy: {error.remedy}")


@app.command
def check(
    files: Annotated[list[Path], cyclopts.Parameter(negative=())],
    /,
    *,
    json: Annotated[bool, cyclopts.Parameter(negative=())] = False,
    night: str | None = None,
) -> int:
    """Check recipe files: every error with its file, line, column, field and remedy.

    Exit code 0: all are good; 1: at least one is bad; 2: a file can't be read, or the command is wrong.

    Parameters
    ----------
    files
        Recipe files to check.
    json
        Print a list of objects, one a file, instead of text.
    night
        Night for which visibility is judged, the date of its evening in Japan, as 2023-12-12; else tonight.
    """
    night = night_of(time.time_ns() // 1000) if night is None else night
    try:
        night_span(night)
    except (ValueError, OverflowError):
        print(f"--night {night}: this is not a date; write it as 2023-12-12", file=sys.stderr)
        return USAGE
    code, results = GOOD, []
    for file in files:
        try:
            data = file.read_bytes()
        except OSError as error:
            print(f"{file}: the file can't be read: {error.strerror or error}", file=sys.stderr)
            code = USAGE
            continue
        checked = parse_recipe(data, str(file), night)
        code = max(code, BAD if checked.errors else GOOD)
        if json:
            results.append(
                {"file": str(file), "night": night, "good": not checked.errors, "errors": checked.errors}
            )
        else:
            _print_human(str(file), night, checked)
    if json:
        print(msgspec.json.format(msgspec.json.encode(results), indent=2).decode())
    return code
