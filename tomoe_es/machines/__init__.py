"""What is normal: an explicit state machine for every thing, and the monitor that judges events by them."""
