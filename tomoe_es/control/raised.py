"""An exception told as an event, so that what nobody foresaw is an alarm and not a line in some file."""

from __future__ import annotations

import traceback
from pathlib import Path

from tomoe_es.errors import TomoeError
from tomoe_es.events.monitor import ErrorRaised

LONGEST_MESSAGE = 600


def error_raised(process: str, error: BaseException) -> ErrorRaised:
    """What is recorded of an exception: its class, message and the place where it was raised."""
    return ErrorRaised(
        process=process,
        condition=error.condition if isinstance(error, TomoeError) else type(error).__name__,
        message=str(error)[:LONGEST_MESSAGE],
        where=_where(error),
        understood=isinstance(error, TomoeError),
    )


def _where(error: BaseException) -> str:
    """Module and line, without the folders of this machine."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    last = frames[-1]
    return f"{'/'.join(Path(last.filename).parts[-3:])}:{last.lineno} in {last.name}"
