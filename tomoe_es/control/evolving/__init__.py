"""How events change the state of control, one subject a file; each event type is in one of them."""
