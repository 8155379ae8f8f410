"""The dashboard and the command line: the only place that wires adapters to the domain."""
