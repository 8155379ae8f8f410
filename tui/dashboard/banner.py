"""What the banner says: which critical alarm is open, and whether what is shown can be trusted."""

from __future__ import annotations

from projections.errors import NoNightYet
from tomoe_es.clock import isot
from tomoe_es.errors import TomoeError
from tui.dashboard.moment import Moment
from tui.dashboard.wording import duration, jst_seconds


def failure_text(error: Exception) -> str:
    """An overview that can't be read: which thing, and what to do. A named condition says so itself."""
    if isinstance(error, NoNightYet):
        return f"NO NIGHT YET: {error}"
    if isinstance(error, TomoeError):
        return f"CAN'T READ THE NIGHT: {error}"
    return (
        f"CAN'T READ THE NIGHT: {type(error).__name__}: {error}. It is tried again; when it stays, "
        "run tomoe rebuild with the same --data: the log holds everything"
    )


def old_text(moment: Moment, *, lives: bool) -> str:
    """Nothing new is written although the night has not ended; whether its process is known to live."""
    overview, silent = moment.overview, duration(moment.silent_seconds)
    true_at = f"; this was true at {jst_seconds(overview.time_us)} JST" if overview.time_us else ""
    if not lives:
        why = "Was the night cut off? tomoe night --resume"
    elif overview.time_us:
        why = "The night's process is there: it begins, or is busy"
    else:
        why = "The night's process is there: it begins; it may be compiling, as after an update: some minutes"
    return f"OLD DATA: nothing new for {silent}{true_at}. {why}"


def dead_text(moment: Moment) -> str:
    """The night's process does not live: what has become of the telescope, and how to go on."""
    dead = moment.overview.dead
    if dead is None:
        return ""
    how = "is gone" if dead.gone else "gives no sign of life"
    since = isot(dead.since_us, 0).partition("T")[2]
    return (
        f"THE NIGHT IS DEAD: its process {dead.pid} {how}, last heard {since} UTC (real time). "
        f"Telescope: {dead.telescope}. Go on: {dead.go_on}"
    )


def critical_text(moment: Moment, keys: str) -> str:
    """The open critical alarms: the newest in words, the others by number, and `keys`; empty without any."""
    critical = [each for each in moment.overview.alarms if each.open and each.severity == "critical"]
    if not critical:
        return ""
    first, others = critical[0], sum(each.open for each in critical) - 1
    more = f" and {others} more" if others else ""
    return f"CRITICAL: {first.name} {first.said}{more}  ({keys})"
