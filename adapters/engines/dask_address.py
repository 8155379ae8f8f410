"""Whether a Dask scheduler answers at an address: asked before Dask is loaded and before anything is made."""

from __future__ import annotations

import socket
import time
from typing import Final
from urllib.parse import urlsplit

from tomoe_es.reduction.engine import EngineLost

SCHEDULER_SECONDS: Final = 10.0
"""So long a scheduler that is just being started is waited for."""
_AGAIN_SECONDS: Final = 0.2


def nobody_at(address: str, reason: str) -> EngineLost:
    """What to tell when there is no scheduler."""
    return EngineLost(
        f"no Dask scheduler with workers at {address} ({reason}): start the scheduler, "
        "and workers with 'tomoe worker'"
    )


def require_answer(address: str, seconds: float = SCHEDULER_SECONDS) -> None:
    """Return as soon as something answers there as a Dask scheduler does. Raises EngineLost."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            _await_answer(address, max(_AGAIN_SECONDS, deadline - time.monotonic()))
        except OSError as error:
            if time.monotonic() + _AGAIN_SECONDS > deadline:
                raise nobody_at(address, error.strerror or str(error)) from error
            time.sleep(_AGAIN_SECONDS)
        else:
            return


def _await_answer(address: str, seconds: float) -> None:
    """A scheduler speaks first; over TLS it waits for who calls. Raises OSError."""
    where = urlsplit(address)
    with socket.create_connection((where.hostname or "", where.port or 0), seconds) as connection:
        if where.scheme == "tcp" and not connection.recv(1):
            raise ConnectionResetError("what listens there is no scheduler")
