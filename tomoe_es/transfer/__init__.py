"""From the camera's ring to complete files on the buffer storage."""
