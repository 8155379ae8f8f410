"""Which engine reduces a night: the workers of this machine, or those of a Dask scheduler."""

from __future__ import annotations

import importlib.util
from urllib.parse import SplitResult, urlsplit

from adapters.code_identity import worker_version
from adapters.engines.dask_address import require_answer
from tomoe_es.errors import UsageError
from tomoe_es.events.system import CodeRegistered
from tomoe_es.reduction.engine import JobEngine

EMBEDDED = "embedded"
SCHEMES = ("tcp", "tls")


class EngineUnknown(UsageError):
    """No engine is named so."""

    what_to_do = "name the address of a Dask scheduler, such as tcp://127.0.0.1:8786, or leave the option out"


class DaskNotInstalled(UsageError):
    """The package that talks to a Dask scheduler isn't installed."""

    what_to_do = "pip install 'tomoe-es[dask]'"


def check_engine(named: str) -> None:
    """Raises EngineUnknown, DaskNotInstalled."""
    if named == EMBEDDED:
        return
    where = urlsplit(named)
    if where.scheme not in SCHEMES or not where.hostname or not _has_port(where) or where.path:
        raise EngineUnknown(
            f"--engine {named} is neither '{EMBEDDED}' nor an address: write it as tcp://127.0.0.1:8786"
        )
    require_dask()


def _has_port(where: SplitResult) -> bool:
    """Dask has no usual one; a port that is no number is none."""
    try:
        return where.port is not None
    except ValueError:
        return False


def check_engine_is_there(named: str) -> None:
    """Before a night makes anything. Raises EngineLost when nobody answers at a scheduler's address."""
    if named != EMBEDDED:
        require_answer(named)


def require_dask() -> None:
    """Raises DaskNotInstalled."""
    if importlib.util.find_spec("distributed") is None:
        raise DaskNotInstalled("a Dask scheduler needs a package of its own: pip install 'tomoe-es[dask]'")


def engine_of_scheduler(named: str, code: CodeRegistered) -> JobEngine | None:
    """The engine named, connected; None for the pool of this machine, which comes with the simulated camera.

    Raises EngineLost when no scheduler with workers of the same code answers.
    """
    if named == EMBEDDED:
        return None
    from adapters.engines.dask_engine import DaskEngine  # 0.5 s that only this engine has use for

    return DaskEngine(named, worker_version(code))
