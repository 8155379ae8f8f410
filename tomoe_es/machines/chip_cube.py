"""What is normal for the cube of one chip: from the ring buffer through its reduction to its deletion."""

from __future__ import annotations

from tomoe_es.events.camera import ChipCubeAcquired
from tomoe_es.events.reduction import (
    AstrometryFailed,
    FieldSolved,
    MovingObjectDetected,
    MovingObjectsSearched,
    PhotometryMeasured,
    ProductArchived,
    ProductRejected,
    QualityJudged,
    ReductionEngineLost,
    ReductionEngineStarted,
    ReductionFailed,
    ReductionFinished,
    ReductionLeased,
    ReductionLeaseExpired,
    ReductionQueued,
)
from tomoe_es.events.transfer import ChipCubeBuffered, ChipCubeExpired, ChipCubeLost, RingOverwritten
from tomoe_es.machines.declaration import ByField, Departure, Machine, On

_RESULTS = ("leased", "located", "measured", "judged", "searched", "decided")
"""Results come in this order; the steps of the recipe say which of them come at all."""

MACHINE = Machine(
    name="chip_cube",
    meaning="All frames of one chip in one exposure; each is archived, rejected, given up or lost.",
    thing="chip_cube/{}",
    instance="frame_id",
    states=(
        *("new", "acquired", "overwritten", "lost", "buffered", "queued"),
        *_RESULTS,
        *("finished", "given_up", "expired"),
    ),
    initial="new",
    transitions=(
        ("acquire", "new", "acquired"),
        ("overwrite", ("acquired", "overwritten"), "overwritten"),
        ("lose", ("acquired", "overwritten"), "lost"),
        ("buffer", "acquired", "buffered"),
        ("queue", "buffered", "queued"),
        ("lease", "queued", "leased"),
        ("lease_expires", "leased", "queued"),
        ("engine_changes", "leased", "queued"),
        ("locate", "leased", "located"),  # or known to have no astrometric solution
        ("measure", _RESULTS[:2], "measured"),
        ("judge", _RESULTS[:3], "judged"),
        ("search", ("judged", "searched"), "searched"),  # only what passed
        ("decide", _RESULTS, "decided"),
        ("finish", "decided", "finished"),
        ("fail", "leased", "queued"),
        ("give_up", ("queued", "leased"), "given_up"),  # queued: its dark or flat can't be made
        ("expire", ("finished", "given_up"), "expired"),
    ),
    listens=(
        On(ChipCubeAcquired, "acquire"),
        On(RingOverwritten, "overwrite"),
        On(ChipCubeLost, "lose"),
        On(ChipCubeBuffered, "buffer"),
        On(ReductionQueued, "queue", instances="frame_ids"),
        On(ReductionLeased, "lease"),
        On(ReductionLeaseExpired, "lease_expires"),
        On(ReductionEngineStarted, "engine_changes", everywhere=True),
        On(ReductionEngineLost, "engine_changes", everywhere=True),
        On(FieldSolved, "locate"),
        On(AstrometryFailed, "locate"),
        On(PhotometryMeasured, "measure"),
        On(QualityJudged, "judge"),
        On(MovingObjectDetected, "search"),
        On(MovingObjectsSearched, "search"),
        On(ProductArchived, "decide"),
        On(ProductRejected, "decide"),
        On(ReductionFinished, "finish"),
        On(ReductionFailed, ByField("given_up", {False: "fail", True: "give_up"})),
        On(ChipCubeExpired, "expire"),
    ),
    departures=(
        Departure(
            name="ExpiredBeforeReduced",
            trigger="expire",
            source=("buffered", "queued", *_RESULTS),
            dest="expired",
            severity="serious",
            meaning="the raw cube was deleted by policy before anything had been made of it",
            remedy="see why its reduction is late; lengthen the time to live until it has caught up",
        ),
        Departure(
            name="FinishedWithoutProduct",
            trigger="finish",
            source=_RESULTS[:-1],
            dest="finished",
            severity="warning",
            meaning="the reduction ended, but the chip-cube was neither archived nor rejected",
            remedy="look at the steps of its recipe and at the worker's log",
        ),
    ),
    forgotten=frozenset({"expired"}),
    severity="warning",
)
