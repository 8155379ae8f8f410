"""Recipes that arrive while the night goes on: from the watched folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from adapters.paced_loop import PacedLoop
from adapters.watched_folder import WatchedFolder
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.submission import submission
from tomoe_es.events.recipe import RecipeRefused
from tomoe_es.recipe.yaml_tree import LARGEST_BYTES

ACCEPTED = "accepted"


class Inbox:
    """Submits what is put into the folder: accepted files move to `accepted/`, refused ones get their errors
    beside them, in NAME.errors.txt."""

    def __init__(self, folder: Path, loop: PacedLoop, conductor: Conductor, night: str) -> None:
        self._loop, self._conductor, self._night = loop, conductor, night
        self._folder = folder
        self.watch = WatchedFolder(folder, lambda path: loop.post(lambda: self._arrived(path)))

    def _arrived(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST_BYTES + 1)  # a larger one is refused, without being read whole
        except FileNotFoundError:
            return  # taken away again, or reported twice
        event = submission(
            data, path.name, submitted_by="watched folder", night=self._night, now=self._loop.now()
        )
        errors = path.with_name(path.name + ".errors.txt")
        digest = hashlib.sha256(data).hexdigest()
        if isinstance(event, RecipeRefused):
            errors.write_text("\n".join(event.errors) + "\n", encoding="utf-8")
            command = f"refused {self._night} {path.name} {digest}"
            self._conductor.record([event], actor="watched folder", command_id=command)
            return
        command = f"inbox {self._night} {path.name} {digest} {path.stat().st_mtime_ns}"
        self._conductor.record([event], actor="watched folder", command_id=command)
        errors.unlink(missing_ok=True)
        accepted = self._folder / ACCEPTED
        accepted.mkdir(exist_ok=True)
        path.rename(accepted / f"{event.recipe_id}.yaml")
