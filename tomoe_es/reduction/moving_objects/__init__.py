"""Moving objects in the frames of one chip: found in the images, linked to lines, scored, reported."""
