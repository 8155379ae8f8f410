"""What is normal for a worker of the reduction: it has a lease, and gives a result before that ends."""

from __future__ import annotations

from tomoe_es.events.reduction import (
    ReductionEngineLost,
    ReductionEngineStarted,
    ReductionFailed,
    ReductionFinished,
    ReductionLeased,
    ReductionLeaseExpired,
)
from tomoe_es.machines.declaration import ByField, Machine, On

MACHINE = Machine(
    name="worker",
    meaning="The slot that has a job's lease. One that falls silent loses it, and may still give its result.",
    thing="worker/{}",
    instance="job_id",
    states=("free", "leased", "silent"),
    initial="free",
    transitions=(
        ("lease", ("free", "silent"), "leased"),
        ("finish", ("leased", "silent"), "free"),
        ("fail", ("leased", "silent"), "free"),
        ("give_up", ("free", "leased", "silent"), "free"),  # free: its dark or flat can't be made
        ("lease_expires", "leased", "silent"),
        ("engine_changes", ("leased", "silent"), "free"),
    ),
    listens=(
        On(ReductionLeased, "lease"),
        On(ReductionFinished, "finish"),
        On(ReductionFailed, ByField("given_up", {False: "fail", True: "give_up"})),
        On(ReductionLeaseExpired, "lease_expires"),
        On(ReductionEngineStarted, "engine_changes", everywhere=True),
        On(ReductionEngineLost, "engine_changes", everywhere=True),
    ),
    forgotten=frozenset({"free"}),
    severity="warning",
)
