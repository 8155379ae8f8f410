"""`tomoe telescope`: the process that holds the simulated telescope."""

from __future__ import annotations

import signal
from contextlib import closing
from pathlib import Path

from adapters.sign_of_life import SignOfLife
from adapters.telescope_line.host import TelescopeHost
from tui.data_folder import data_folder

NAME = "telescope"


def telescope(*, data: Path | None = None) -> int:
    """Hold the simulated telescope; `tomoe night` starts it by itself.

    It listens on a port of this machine; run/telescope.json says on which. It ends with a night that ends in
    order, or when the telescope is safe and nobody has been connected for a minute.

    Parameters
    ----------
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = data_folder(data)
    folder.make()
    with closing(SignOfLife(folder.run, NAME)) as sign:
        host = TelescopeHost(folder.run, sign.give)
        signal.signal(signal.SIGTERM, lambda *_: host.stop())
        signal.signal(signal.SIGINT, lambda *_: host.stop())
        host.serve()
    return 0
