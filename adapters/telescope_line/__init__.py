"""The line to the telescope: a process of its own holds the devices, and several connections reach it."""
