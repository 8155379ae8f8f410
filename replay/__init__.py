"""Time travel over the log of a night."""
