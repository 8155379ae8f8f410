"""When the sky can be observed: Sun, visibility, and the choice of the next recipe."""
