"""How Hypothesis looks for counterexamples: anew at every run of a person, the same ones in CI."""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: a loaded machine is no counterexample.
settings.register_profile("person", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "person")
