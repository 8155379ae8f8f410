"""Who uses the command line."""

from __future__ import annotations

import getpass
import os

from tui.terminal import shown


def person() -> str:
    """Login name of whoever runs this process; the number of a user without one, as in a container."""
    try:
        return shown(getpass.getuser())
    except (KeyError, OSError):  # OSError since Python 3.13
        return f"uid {os.getuid()}"
