"""Runs a night in a process of its own, as fast as it can be: driver.py DATA OPTIONS-AS-JSON [SPEED]."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from tui.data_folder import DataFolder
from tui.night.options import NightOptions

if __name__ == "__main__":  # the processes that a night starts load this file too, and need nothing of it
    from tui.night.run import run_night

    options = msgspec.json.decode(sys.argv[2], type=NightOptions, dec_hook=lambda kind, value: kind(value))
    speed = float(sys.argv[3]) if len(sys.argv) > 3 else float("inf")
    run_night(msgspec.structs.replace(options, speed=speed), DataFolder(Path(sys.argv[1])))
