"""Runs a night: puts the domain, the simulated observatory, the log and the projections together."""
