"""Messages to the log, the newest of them."""

from __future__ import annotations

import msgspec

from projections.overview_model import MessageLine
from projections.projection import Projection
from tomoe_es.events import system
from tomoe_es.events.envelope import Recorded

LINES_KEPT = 100


class Posted(msgspec.Struct):
    """A message to the log."""

    time_us: int
    text: str


class Messages(msgspec.Struct):
    """Oldest first."""

    posted: list[Posted] = []

    def newest_messages(self, count: int) -> tuple[MessageLine, ...]:
        """Newest message first."""
        return tuple(
            MessageLine(time_us=each.time_us, text=each.text) for each in self.posted[: -count - 1 : -1]
        )


def _message(state: Messages, event: system.MessagePosted, recorded: Recorded) -> None:
    state.posted.append(Posted(recorded.time, event.text))
    del state.posted[:-LINES_KEPT]


PROJECTION = Projection(
    name="messages",
    state=Messages,
    evolve={system.MessagePosted: _message},
    sources=(__file__,),
)
