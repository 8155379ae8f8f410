"""The simulated observatory: devices, weather, camera and sky on a clock that can run fast."""
