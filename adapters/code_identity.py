"""Which code this is: version, digest of its source, git commit, and all that it runs on."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
from importlib import import_module, metadata
from pathlib import Path

from tomoe_es.events.system import CodeRegistered
from tomoe_es.reduction.queue_state import code_version

PACKAGES = ("adapters", "projections", "replay", "tomoe_es", "tui")
RUNS_ON = (
    "apsw",
    "astropy",
    "astropy-iers-data",
    "asyncpg",
    "blake3",
    "cryptography",
    "cyclopts",
    "msgspec",
    "numba",
    "numpy",
    "pyerfa",
    "pyyaml",
    "scipy",
    "sep",
    "slack_sdk",
    "sqlite-utils",
    "textual",
    "transitions",
    "watchdog",
    "zstandard",
)
DEBIAN_PACKAGES = ("astrometry-data-tycho2-07", "astrometry.net")
"""The program and the stars that positions come from."""


def code_identity() -> CodeRegistered:
    """The event that registers the code that is running."""
    return CodeRegistered(
        version=metadata.version("tomoe-es"),
        source_sha256=_source_digest(),
        commit=_commit(),
        python=platform.python_version(),
        packages={name: metadata.version(name) for name in RUNS_ON} | debian_versions(),
    )


def worker_version(code: CodeRegistered) -> str:
    """What a worker must run for a night: the code, and a digest of Python and all packages it runs on."""
    runs_on = repr((code.python, sorted(code.packages.items()))).encode()
    return f"{code_version(code)}.{hashlib.sha256(runs_on).hexdigest()[:8]}"


def debian_versions() -> dict[str, str]:
    """Versions of Debian's packages as `debian:NAME`; empty for those that aren't there, as without dpkg."""
    known = {f"debian:{name}": "" for name in DEBIAN_PACKAGES}
    program = shutil.which("dpkg-query")
    if program is None:
        return known
    form = "debian:${Package} ${Version}\n"
    done = subprocess.run(
        [program, "-W", "-f", form, *DEBIAN_PACKAGES], capture_output=True, text=True, check=False
    )
    installed = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    return {name: installed.get(name, "") for name in known}


def _source_digest() -> str:
    """SHA-256 over names and contents of all source files, in order of name."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        top = Path(str(import_module(package).__file__)).parent
        for path in sorted(top.rglob("*.py")):
            digest.update(f"{package}/{path.relative_to(top)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _commit() -> str:
    top = Path(__file__).parent.parent
    if not (top / ".git").exists():
        return ""
    done = subprocess.run(
        ["git", "-C", str(top), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
