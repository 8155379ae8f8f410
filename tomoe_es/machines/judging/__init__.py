"""How events are judged: what is known, the rules' and deadlines' state, and one step an event type."""
