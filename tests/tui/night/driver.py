"""Runs a night as fast as its work allows, in a process of its own: driver.py DATA OPTIONS-AS-JSON."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from tui.data_folder import DataFolder
from tui.night.options import NightOptions
from tui.night.run import run_night

if __name__ == "__main__":
    options = msgspec.json.decode(sys.argv[2], type=NightOptions, dec_hook=lambda kind, value: kind(value))
    run_night(msgspec.structs.replace(options, speed=float("inf")), DataFolder(Path(sys.argv[1])))
