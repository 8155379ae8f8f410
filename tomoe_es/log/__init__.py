"""The append-only log of events, which is the only truth of the observatory."""
