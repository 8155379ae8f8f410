"""What a log that is only read answers to everybody who wants to append to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Draft
from tomoe_es.log.port import Appended, Batch


class RefusesAppends:
    """The appending half of an EventLog that is only read."""

    def __init__(self, why: str) -> None:
        """`why` is the message of the refusal."""
        self._why_refused = why

    def append(
        self,
        stream: str,
        events: Sequence[Draft],
        *,
        expected_version: int | None = None,
        command_id: str | None = None,
    ) -> Appended:
        """Refused."""
        self._refuse()

    def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        """Refused."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise LogUnavailable(self._why_refused)
