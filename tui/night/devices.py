"""The devices of a simulated night, built and joined to its conductor: telescope, camera, cluster, disks."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from adapters.buffer_storage import BufferStorage
from adapters.disks import RealDisks
from adapters.paced_loop import PacedLoop
from adapters.simulator.camera import Imaging, SimulatedCamera
from adapters.simulator.cluster import Reducing, SimulatedCluster
from adapters.simulator.disks import SimulatedDisks, contents
from adapters.simulator.no_pixels import NoImaging, NoReducing
from adapters.storage_monitor import StorageMonitor
from adapters.telescope_line.line import Line
from adapters.telescope_line.remote_telescope import RemoteTelescope
from adapters.unfinished_products import UnfinishedProducts
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.deciders_of_a_night import FoldsOfANight
from tomoe_es.control.state import Control
from tomoe_es.events import system
from tomoe_es.safety.reconciling import differences
from tui.data_folder import DataFolder

if TYPE_CHECKING:
    from tui.night.pixels import Workers


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
            imaging, reducing = workers.imaging_and_reducing(
                plan,
                self._loop,
                self._conductor,
                telescope,
                lambda: self._control,
                lambda: self._folds.reduction.state,
            )
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
        unfinished = UnfinishedProducts(self._data.archive)
        for adapter in (telescope, self._camera, self._cluster, storage, unfinished):
            self._conductor.add_effects(adapter.effects())

    def start(self) -> list[str]:
        """Read every device; how its true state differs from what the log said."""
        before = deepcopy(self._control.hardware)
        self.telescope.start(before, self._conductor.position)
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
