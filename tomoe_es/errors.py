"""The named conditions that a person may meet: what happened, to which thing, and what to do."""

from __future__ import annotations


class TomoeError(Exception):
    """A condition that is understood; its message names the thing and the remedy."""

    @property
    def condition(self) -> str:
        """Name under which the condition is recorded and counted."""
        return type(self).__name__


class UsageError(TomoeError):
    """What was asked for on the command line can't be meant so."""


class LogError(TomoeError):
    """A condition of the event log."""


class VersionConflict(LogError):
    """Somebody else appended to the stream since it was read: read it again, then decide again."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(
            f"stream '{stream}' is at version {actual}, not {expected}: "
            "read the stream again and decide again on what it says now"
        )
        self.stream, self.expected, self.actual = stream, expected, actual


class LogCorrupt(LogError):
    """What is stored at a position is not what was appended there."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"event {position} of the log is damaged: {reason}; restore the log from its copy")
        self.position = position


class LogUnavailable(LogError):
    """The log can't be opened, read or written just now; nothing was appended."""


class LogSealed(LogError):
    """The night of this segment is sealed: append to the live one."""


class NightNotSealed(LogError):
    """A payload is erased once its night is sealed: a live file keeps the bytes in its free pages."""

    def __init__(self, position: int, night: str) -> None:
        super().__init__(
            f"event {position} is in the night {night}, which is not sealed: "
            f"run 'tomoe log seal {night}' first, then erase it"
        )


class UnknownEventType(LogError):
    """The log holds an event type that this version of the code does not know."""

    def __init__(self, name: str, position: int) -> None:
        super().__init__(
            f"event {position} has the type '{name}', which this version does not know: "
            "use the version that wrote it, or a newer one"
        )
        self.name, self.position = name, position


class DataFolderInUse(TomoeError):
    """Another process runs a night on this data folder."""


class NightUnfinished(TomoeError):
    """The log's last night was cut off: it must be resumed before another one begins."""


class NothingToResume(TomoeError):
    """The log holds no night that was cut off."""
