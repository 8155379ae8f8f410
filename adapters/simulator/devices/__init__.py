"""Simulated devices of the telescope and dome: one a file, with the faults they can be told to have."""
