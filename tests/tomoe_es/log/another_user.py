"""What a user finds who may read a log and not write it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def as_who_may_not_write(folder: Path, ask: Callable[[], str]) -> str:
    """What `ask` gives, or the error it raises, as a user who may not write there.

    Root may everywhere, so then another user is taken.
    """
    modes = {path: path.stat().st_mode for path in (*folder.rglob("*"), folder)}
    for path, mode in modes.items():
        path.chmod(mode & 0o7555)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            answer = ask() if not os.access(folder, os.W_OK) else "the folder may be written to"
        except BaseException as error:  # noqa: BLE001  told to the test
            answer = f"{type(error).__name__}: {error}"
        finally:
            os.write(writing, answer.encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        answer = told.read()
    os.waitpid(pid, 0)
    for path, mode in reversed(modes.items()):
        if path.exists():
            path.chmod(mode)
    return answer
