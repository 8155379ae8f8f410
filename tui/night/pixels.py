"""What makes and reduces the images of a night. Apart from the night: one without images never loads it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from adapters.engines.process_pool import ProcessPool
from adapters.engines.reduction_jobs import ReductionJobs, warm_up
from adapters.leftovers import sweep_leftovers
from adapters.paced_loop import PacedLoop
from adapters.simulator.camera import Imaging
from adapters.simulator.cluster import Reducing
from adapters.simulator.imaging import StarImaging
from adapters.simulator.sky.catalogue import give_catalogue_motions
from adapters.star_indexes import MOTIONS, StarIndexes
from adapters.telescope_line.remote_telescope import RemoteTelescope
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.state import Control
from tomoe_es.events.system import NightPlanned
from tomoe_es.reduction.engine import JobEngine
from tomoe_es.reduction.queue_state import ReductionState
from tui.data_folder import DataFolder
from tui.night.options import NightOptions
from tui.night.progress import say


def _say_it_lasts() -> None:
    say("loading what makes and reduces images; it may be compiling, as after an update: some minutes\n")


class Workers:
    """The processes that render the images, and the engine that reduces them; closed with the stack.

    Made before the night's first sign of life, since kernels are compiled. Raises KernelCacheUnwritable.
    """

    def __init__(
        self, options: NightOptions, data: DataFolder, engine: JobEngine | None, stack: ExitStack
    ) -> None:
        """`engine` None: the same processes reduce them."""
        self._data = data
        self._pool = ProcessPool(options.workers)
        sweep_leftovers(data.scratch)
        stack.callback(self._pool.close)
        self._engine: JobEngine = engine or self._pool
        stack.callback(self._engine.close)
        warm_up(self._engine, _say_it_lasts)

    def imaging_and_reducing(
        self,
        plan: NightPlanned,
        loop: PacedLoop,
        conductor: Conductor,
        telescope: RemoteTelescope,
        control: Callable[[], Control],
        reduction: Callable[[], ReductionState],
    ) -> tuple[Imaging, Reducing]:
        """Of a planned night; star indexes are built as its recipes come."""
        data = self._data
        imaging = StarImaging(
            self._pool,
            telescope,
            lambda: control().hardware,
            lambda: reduction().code_version,
            plan.seed,
            data.buffer,
            data.truth,
        )
        give_catalogue_motions(data.scratch / MOTIONS)
        indexes = StarIndexes(loop, conductor.record, self._pool, data.scratch, plan.chips)
        conductor.add_effects(indexes.effects())
        return imaging, ReductionJobs(self._engine, data.buffer, data.archive, data.scratch)
