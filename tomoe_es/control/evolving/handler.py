"""What takes one event into the state of control."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tomoe_es.control.state import Control
from tomoe_es.events.envelope import Recorded

Handler = Callable[[Control, Recorded, Any], None]
"""Changes the state; also given is the event itself, of the type that it is declared for."""
