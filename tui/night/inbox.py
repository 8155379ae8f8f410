"""Recipes that arrive while the night goes on: from the watched folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from adapters.paced_loop import PacedLoop
from adapters.watched_folder import WatchedFolder
from tomoe_es.control.conductor import Conductor
from tomoe_es.control.submission import submission
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.recipe import RecipeRefused, RecipeSubmitted
from tomoe_es.events.system import MessagePosted
from tomoe_es.log.port import EventLog
from tomoe_es.recipe.yaml_tree import LARGEST_BYTES

ACCEPTED = "accepted"
ACTOR = "watched folder"


class Inbox:
    """Submits what is put into the folder: accepted files move to `accepted/`, refused ones get their errors
    beside them, in NAME.errors.txt. A file or folder that can't be read or written never ends the night.

    A file is submitted once for the time that it lies there, also when the night is killed before it is moved
    away: it is known by its content, its inode and the time of the inode's last change (ctime). Moving a file
    sets that time, so one that is put back is submitted again.
    """

    def __init__(
        self, folder: Path, loop: PacedLoop, conductor: Conductor, log: EventLog, night: str
    ) -> None:
        self._loop, self._conductor, self._log, self._night = loop, conductor, log, night
        self._folder = folder
        self.watch = WatchedFolder(folder, lambda path: loop.post(lambda: self._arrived(path)))

    def _arrived(self, path: Path) -> None:
        name = os.fsencode(path.name).decode(errors="replace")
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST_BYTES + 1)  # a larger one is refused, without being read whole
                status = os.fstat(file.fileno())
        except FileNotFoundError:
            return  # taken away again, or reported twice
        except OSError as error:
            told = f"the file can't be read ({error.strerror}): make it readable, then put it here again"
            self._refused(path, RecipeRefused(source_name=name, source_digest="", errors=[told]))
            return
        event = submission(data, name, submitted_by=ACTOR, night=self._night, now=self._loop.now())
        if isinstance(event, RecipeRefused):
            self._refused(path, event)
            return
        digest = hashlib.sha256(data).hexdigest()
        command = f"inbox {self._night} {name} {digest} {status.st_ino} {status.st_ctime_ns}"
        recorded = self._record(event, command)
        self._move(path, event.recipe_id if recorded else self._recorded_id(event))

    def _refused(self, path: Path, event: RecipeRefused) -> None:
        told = event.source_digest or event.errors[0]
        self._record(event, f"refused {self._night} {event.source_name} {told}")
        try:
            _errors_of(path).write_text("\n".join(event.errors) + "\n", encoding="utf-8")
        except OSError as error:
            self._post(f"the errors of recipe {event.source_name} can't be written beside it: {error}")

    def _move(self, path: Path, recipe_id: str) -> None:
        accepted = self._folder / ACCEPTED
        try:
            _errors_of(path).unlink(missing_ok=True)
            accepted.mkdir(exist_ok=True)
            path.rename(accepted / f"{recipe_id}.yaml")
        except FileNotFoundError:
            return  # taken away meanwhile
        except OSError as error:
            self._post(
                f"recipe {path.name!a} was submitted but can't be moved to {ACCEPTED}/ ({error.strerror}): "
                "move it away, or the next night submits it again"
            )

    def _recorded_id(self, event: RecipeSubmitted) -> str:
        """Id under which the log holds a file that was submitted before a crash, but not moved."""
        ids = [
            each.payload.recipe_id
            for each in self._log.read(types=("RecipeSubmitted",))
            if isinstance(each.payload, RecipeSubmitted)
            and (each.payload.source_name, each.payload.source) == (event.source_name, event.source)
        ]
        return ids[-1] if ids else event.recipe_id  # what it said may have been erased since

    def _post(self, text: str) -> None:
        self._record(MessagePosted(recipe_id="", text=text), f"inbox {self._night} {text}")

    def _record(
        self, event: RecipeSubmitted | RecipeRefused | MessagePosted, command: str
    ) -> Sequence[Recorded]:
        """Record, unless the command was recorded before."""
        return self._conductor.record([event], actor=ACTOR, command_id=command)


def _errors_of(path: Path) -> Path:
    return path.with_name(path.name + ".errors.txt")
