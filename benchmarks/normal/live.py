"""How long after its cause a violation is in the log, durably, while a night runs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tomoe_es.control.conductor import Conductor
from tomoe_es.control.decider import Fold
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.events.telescope import MirrorCoverRead
from tomoe_es.log import open_log
from tomoe_es.machines import monitor
from tomoe_es.machines.judging.state import Judged
from tomoe_es.machines.monitor import MonitorState

TIMES = 200


class _WallClock:
    """The time of the machine; alarms are not needed here, and are dropped."""

    def now(self) -> int:
        return time.time_ns() // 1000

    def call_at(self, time_us: int, action: Callable[[], None]) -> None:
        pass


def delays_ms(judged: Judged) -> list[float]:
    """Milliseconds from handing a reading to the conductor until its violation is on the disk.

    `judged` is what the monitor remembers at the end of a full night. A mirror cover that opens by itself is
    the cause, each time anew.
    """
    with tempfile.TemporaryDirectory() as folder, closing(open_log(f"sqlite:///{Path(folder)}")) as log:
        conductor = Conductor(log, _WallClock())
        conductor.add([monitor.decider(Fold(MonitorState(judged), monitor.evolve, monitor.EVENT_TYPES))])
        found = []
        for number in range(TIMES):
            conductor.record([MirrorCoverRead(state="closed")], actor="mirror_cover")
            begun = time.perf_counter()
            conductor.record([MirrorCoverRead(state="open")], actor="mirror_cover")
            found.append((time.perf_counter() - begun) * 1e3)
            [told] = log.read(after=log.head() - 1)
            assert isinstance(told.payload, ViolationDetected), f"nothing was told at {number}"
        return found
