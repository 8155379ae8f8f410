"""The simulated sky: true stars and moving objects of a chip, and the pixels they make."""
