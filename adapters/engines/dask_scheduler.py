"""What is asked of a Dask scheduler, by its client or by a function that runs in it."""

from __future__ import annotations

import asyncio
from typing import Final

from distributed import Client, Scheduler

ANSWER_SECONDS: Final = 10.0
"""A scheduler that hangs keeps its connections."""
RESTART_SECONDS: Final = 15.0


async def listed_workers(client: Client) -> tuple[str, dict[str, dict[str, float]]]:
    """The scheduler's id, and the resources of each worker by address. Raises OSError when it is gone."""
    if client.scheduler is None:
        raise OSError("the connection was lost")
    async with asyncio.timeout(ANSWER_SECONDS):
        told = await client.scheduler.identity(n_workers=-1)
    return told["id"], {address: each["resources"] for address, each in told["workers"].items()}


async def tell_first_deaths(client: Client) -> None:
    """A task whose worker died is to be given back; another attempt is the queue's affair."""
    await client.run_on_scheduler(_tell_the_first_death)


async def end_worker_of(client: Client, key: str) -> None:
    """Have a nanny start the worker of a task anew: what runs can't be stopped otherwise."""
    address = await client.run_on_scheduler(_forget_and_find, key=key)
    if address:
        await client.restart_workers([address], timeout=RESTART_SECONDS, raise_for_error=False)


def _forget_and_find(key: str, dask_scheduler: Scheduler) -> str | None:
    """The address of the worker that runs a task, which is not to be run by another."""
    task = dask_scheduler.tasks.get(key)
    if task is None or task.processing_on is None:
        return None
    address = task.processing_on.address
    for client in list(task.who_wants or ()):
        dask_scheduler.client_releases_keys([key], client.client_key)
    return str(address)


def _tell_the_first_death(dask_scheduler: Scheduler) -> None:
    dask_scheduler.allowed_failures = 0
