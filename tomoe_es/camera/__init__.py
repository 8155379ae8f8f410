"""The camera: focal plane of 84 chips, geometry of a frame, names of its data."""
