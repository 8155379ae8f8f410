"""The devices of a simulated night, built and joined to its conductor: telescope, camera, cluster, disks."""

from __future__ import annotations

from contextlib import ExitStack
from copy import deepcopy
from typing import NamedTuple

from adapters.buffer_storage import BufferStorage
from adapters.disks import RealDisks
from adapters.engines.process_pool import ProcessPool
from adapters.engines.reduction_jobs import ReductionJobs, warm_up
from adapters.leftovers import sweep_leftovers
from adapters.paced_loop import PacedLoop
from adapters.simulator.camera import Imaging, SimulatedCamera
from adapters.simulator.cluster import Reducing, SimulatedCluster
from adapters.simulator.disks import SimulatedDisks, contents
from adapters.simulator.imaging import StarImaging
from adapters.simulator.no_pixels import NoImaging, NoReducing
from adapters.simulator.sky.catalogue import give_catalogue_motions
from adapters.star_indexes import MOTIONS, StarIndexes
from adapters.storage_monitor import StorageMonitor
from adapters.telescope_line.line import Line
from adapters.telescope_line.remote_telescope import RemoteTelescope
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.deciders_of_a_night import FoldsOfANight
from tomoe_es.control.state import Control
from tomoe_es.events import system
from tomoe_es.reduction.engine import JobEngine
from tomoe_es.safety.reconciling import differences
from tui.data_folder import DataFolder
from tui.night.engine import reducing_engine
from tui.night.options import NightOptions


class Workers(NamedTuple):
    """What renders the images of a night with pixels, and what reduces them."""

    rendering: ProcessPool
    reducing: JobEngine


def start_workers(
    options: NightOptions, data: DataFolder, code: system.CodeRegistered, stack: ExitStack
) -> Workers:
    """Start them; before the night's first sign of life, since kernels are compiled."""
    pool = ProcessPool(options.workers)
    sweep_leftovers(data.scratch)
    stack.callback(pool.close)
    engine = reducing_engine(options.engine, pool, code)
    stack.callback(engine.close)
    warm_up(engine)
    return Workers(pool, engine)


class Devices:
    """All of them over one loop and one conductor; built when the log is read and the plan is known."""

    def __init__(
        self, data: DataFolder, loop: PacedLoop, conductor: Conductor, folds: FoldsOfANight, speed: float
    ) -> None:
        self._data, self._loop, self._speed = data, loop, speed
        self._conductor, self._folds = conductor, folds
        self._on_disks = contents()
        conductor.add_fold(self._on_disks)

    def build(self, plan: system.NightPlanned, line: Line, workers: Workers | None) -> None:
        """Build what the plan needs; without workers a night has no pixels."""
        telescope = self.telescope = RemoteTelescope(
            self._loop, self._conductor.record, line, plan, self._speed
        )
        imaging: Imaging
        reducing: Reducing
        if workers is not None:
            imaging, reducing = self._with_pixels(plan, workers)
        else:
            imaging = no_imaging = NoImaging(telescope.truth)
            reducing = NoReducing(telescope.transparency, no_imaging.offset_arcsec)
        self._camera = SimulatedCamera(
            self._loop,
            self._conductor.record,
            imaging,
            plan.chips,
            lambda: self._control.exposures,
            telescope.faults,
        )
        self._cluster = SimulatedCluster(
            self._loop, self._conductor.record, reducing, lambda: self._folds.reduction.state
        )
        self._storage_monitor = self._monitor(plan)
        storage = BufferStorage(self._data.buffer)
        storage.sweep({cube.path for cube in self._folds.buffer.state.cubes.values()})
        for adapter in (telescope, self._camera, self._cluster, storage):
            self._conductor.add_effects(adapter.effects())

    def start(self) -> list[str]:
        """Read every device; how its true state differs from what the log said."""
        before = deepcopy(self._control.hardware)
        self.telescope.start(before)
        self._camera.start(unreachable="camera" in self._control.hardware.unreachable)
        self._cluster.start()
        return differences(before, self._control.hardware)

    def watch_storages(self) -> None:
        """Have the disks read from now on."""
        self._storage_monitor.start()

    @property
    def _control(self) -> Control:
        state = self._folds.control.state
        assert isinstance(state, Control)
        return state

    def _monitor(self, plan: system.NightPlanned) -> StorageMonitor:
        data, writes = self._data, len(plan.chips) if plan.pixels else 0
        real = RealDisks({"buffer": data.buffer, "archive": data.archive, "log": data.log})
        disks = SimulatedDisks(self._loop, self.telescope.faults, self._on_disks, real, writes_chips=writes)
        return StorageMonitor(self._loop, self._conductor.record, disks)

    def _with_pixels(self, plan: system.NightPlanned, workers: Workers) -> tuple[Imaging, Reducing]:
        data, pool = self._data, workers.rendering
        imaging = StarImaging(
            pool,
            self.telescope,
            lambda: self._control.hardware,
            lambda: self._folds.reduction.state.code_version,
            plan.seed,
            data.buffer,
            data.truth,
        )
        give_catalogue_motions(data.scratch / MOTIONS)
        indexes = StarIndexes(self._loop, self._conductor.record, pool, data.scratch, plan.chips)
        self._conductor.add_effects(indexes.effects())
        return imaging, ReductionJobs(workers.reducing, data.buffer, data.archive, data.scratch)
