"""Read models: each is folded from the log, kept in a file of its own, and can be deleted and rebuilt."""
