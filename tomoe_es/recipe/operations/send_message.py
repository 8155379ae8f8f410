"""SendMessage: a message to the log."""

from __future__ import annotations

from tomoe_es.events import Event
from tomoe_es.events.system import MessagePosted
from tomoe_es.recipe.argument_forms import Text
from tomoe_es.recipe.operation import Operation, Situation


class SendMessage(Operation, frozen=True):
    """Posts a message to the log, such as a ping."""

    message: str

    form = Text(500, ascii_only=False)
    example = "SendMessage: ping"

    def time_limit_seconds(self, situation: Situation) -> float:
        return 10.0

    def commands(self, situation: Situation) -> list[Event]:
        return [MessagePosted(recipe_id=situation.recipe_id, text=self.message)]

    def complete(self, situation: Situation) -> bool:
        return True
