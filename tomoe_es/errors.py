"""The named conditions that a person may meet: what happened, to which thing, and what to do."""

from __future__ import annotations

from typing import ClassVar


class TomoeError(Exception):
    """A condition that is understood; its message names the thing and the remedy.

    The first sentence of the docstring of each is its meaning in `docs/conditions.md`.
    """

    what_to_do: ClassVar[str] = ""
    """The remedy in general, for `docs/conditions.md`; a message says it for the thing at hand."""

    @property
    def condition(self) -> str:
        """Name under which the condition is recorded and counted."""
        return type(self).__name__

    def __reduce__(self) -> tuple[object, ...]:
        """So that it comes whole from another process, whatever its class is made from."""
        return _as_it_was, (type(self), self.args, self.__dict__)


def _as_it_was(kind: type[TomoeError], said: tuple[object, ...], known: dict[str, object]) -> TomoeError:
    error = kind.__new__(kind, *said)
    error.__dict__.update(known)
    return error


class UsageError(TomoeError):
    """What was asked for on the command line can't be meant so."""

    what_to_do = "write the command as the message says; `--help` shows how"


class LogError(TomoeError):
    """A condition of the event log."""

    what_to_do = "look whether the disk of the data folder is there, writable and not full"


class VersionConflict(LogError):
    """Somebody else appended to the stream since it was read: read it again, then decide again."""

    what_to_do = "give the command again: it decides on what the log says now"

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(
            f"stream '{stream}' is at version {actual}, not {expected}: "
            "read the stream again and decide again on what it says now"
        )
        self.stream, self.expected, self.actual = stream, expected, actual


class LogCorrupt(LogError):
    """What is stored at a position is not what was appended there."""

    what_to_do = "restore the night's file of the log from its copy, then `tomoe log verify`"

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"event {position} of the log is damaged: {reason}; restore the log from its copy")
        self.position = position


class NotInTheLog(LogError):
    """The log holds no event of this position, or no night of this date."""

    what_to_do = "look with `tomoe log tail` what it holds, or name another data folder with `--data`"


class LogUnavailable(LogError):
    """The log can't be opened, read or written just now; nothing was appended."""

    what_to_do = "look whether the disk of the data folder is there, writable and not full; then try again"


class LogSealed(LogError):
    """The night of this segment is sealed: append to the live one."""

    what_to_do = "write into the live night; a sealed one is never changed"


class CheckpointNotSigned(LogError):
    """A night could not sign a checkpoint of its log, and went on without."""

    what_to_do = "mend what the message says, then `tomoe log checkpoint`, and keep the note elsewhere"


class NightNotSealed(LogError):
    """A payload is erased once its night is sealed: a live file keeps the bytes in its free pages."""

    what_to_do = "seal the night first with `tomoe log seal`, then erase"

    def __init__(self, position: int, night: str) -> None:
        super().__init__(
            f"event {position} is in the night {night}, which is not sealed: "
            f"run 'tomoe log seal {night}' first, then erase it"
        )


class UnknownEventType(LogError):
    """The log holds an event type that this version of the code does not know."""

    what_to_do = "use the version of the code that wrote the event, or a newer one"

    def __init__(self, name: str, position: int) -> None:
        super().__init__(
            f"event {position} has the type '{name}', which this version does not know: "
            "use the version that wrote it, or a newer one"
        )
        self.name, self.position = name, position


class DataFolderInUse(TomoeError):
    """Another process runs a night on this data folder."""

    what_to_do = "wait until the other process has ended, or name another --data"


class NightUnfinished(TomoeError):
    """The log's last night was cut off: it must be resumed before another one begins."""

    what_to_do = "go on with it by `tomoe night --resume`"


class NothingToResume(TomoeError):
    """The log holds no night that was cut off."""

    what_to_do = "begin a night with `tomoe night`"


class KernelCacheUnwritable(TomoeError):
    """There is no folder in which compiled functions can be kept."""

    what_to_do = "let NUMBA_CACHE_DIR name a folder that the night may write to"
