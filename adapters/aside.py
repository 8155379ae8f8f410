"""Work that may hang, such as a disk that does not answer, done beside a loop that must go on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

Result = TypeVar("Result")


class Aside:
    """One piece of work at a time on a thread of its own, which never keeps the process from ending."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._work: Future[object] | None = None

    @property
    def busy(self) -> bool:
        """Whether the last work is not done; it may hang."""
        return self._work is not None and not self._work.done()

    def do(self, work: Callable[[], Result]) -> Future[Result]:
        """Begin with it, and wait for it so long as there is patience; only when not busy."""
        assert not self.busy, "one at a time"
        future: Future[Result] = Future()

        def run() -> None:
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it is whoever asks for the result that meets it
                future.set_exception(error)

        self._work = future  # type: ignore[assignment]
        threading.Thread(target=run, daemon=True).start()
        wait([future], self._patience_seconds)
        return future
