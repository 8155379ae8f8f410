"""What if: a past night simulated again from a moment on, with other inputs."""
