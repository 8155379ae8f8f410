"""The overview of the night as plain text, times in UTC and JST."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from projections.overview_model import Overview
from tomoe_es.clock import isot
from tui.commands.alarm_text import alarm_lines, both, muted_lines

HISTORY_LINES = 20


def status_text(overview: Overview) -> str:
    """Everything the overview says, a section a subject; without colours or control characters."""
    sections = [_night, _executing, _queue, _pool, _history, _hardware, _weather, _chips, _notices, _counters]
    return "\n".join("".join(f"{_printable(line)}\n" for line in section(overview)) for section in sections)


def _printable(line: str) -> str:
    """The line without the control characters and line breaks that people's comments may hold."""
    return "".join(letter if letter.isprintable() else " " for letter in line)


def _named(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def _more(total: int, shown: int) -> Iterator[str]:
    if total > shown:
        yield f"  and {total - shown} more"


def _night(overview: Overview) -> Iterator[str]:
    night = overview.night
    if night.what_if:
        yield night.what_if
    simulated = f", simulated with seed {night.seed}" if night.simulated else ""
    yield f"NIGHT {night.night or 'not planned'}{simulated}"
    yield from _dead(overview)
    yield f"  now          {both(overview.time_us)}, event {overview.position}"
    reason = f": {night.phase_reason}" if night.phase_reason else ""
    yield f"  phase        {night.phase or 'not begun'} since {both(night.phase_since_us)}{reason}"
    if night.planned is not None:
        for label, time_us in (
            ("start-up", night.planned.start_up_us),
            ("sunset", night.planned.sunset_us),
            ("calibration", night.planned.calibration_us),
            ("observing", night.planned.observing_start_us),
            ("end", night.planned.observing_end_us),
            ("sunrise", night.planned.sunrise_us),
        ):
            yield f"  {label:<12} {both(time_us)}"


def _dead(overview: Overview) -> Iterator[str]:
    dead = overview.dead
    if dead is None:
        return
    how = "is gone" if dead.gone else "is there, and gives no sign of life"
    yield f"  DEAD         its process {dead.pid} {how}, last heard {isot(dead.since_us, 0)} UTC (real time)"
    yield f"  telescope    {dead.telescope}"
    yield f"  go on        {dead.go_on}"


def _executing(overview: Overview) -> Iterator[str]:
    reason = f": {overview.queue_reason}" if overview.queue_reason else ""
    by = f" by {overview.queue_held_by}" if overview.queue_held_by else ""
    yield f"EXECUTING (queue is {overview.queue_mode}{by}{reason})"
    item = overview.executing
    if item is None:
        yield "  nothing"
        if overview.held_by_lock is not None:
            held = overview.held_by_lock
            by = f" by {overview.lock.who}" if overview.lock.who else ""
            why = f" ({overview.lock.why})" if overview.lock.why else ""
            who = f"{held.observer} | {held.project}, {held.comment} | {held.recipe_id}"
            yield f"  LOCK BLOCKING: {who} waits, the telescope is locked{by}{why}"
        return
    yield f"  {item.observer} | {item.project}, {item.comment}"
    yield f"  {item.recipe_id}, started {both(item.started_us)}"
    yield f"  operation {item.operation_number} of {item.operations}: {item.text or item.operation}"
    if item.operation_since_us:
        limit = f", limit {item.time_limit_seconds:g} s" if item.time_limit_seconds else ""
        yield f"  since {both(item.operation_since_us)}{limit}"
    if item.lock_blocking:
        yield "  LOCK BLOCKING: the telescope is locked"


def _queue(overview: Overview) -> Iterator[str]:
    yield f"QUEUE ({overview.queue_total})"
    for number, each in enumerate(overview.queue, start=1):
        who = f"{each.observer} | {each.project}, {each.comment}"
        yield f"  {number:>2} {each.priority:.4f} {who} | {each.recipe_id}, queued {both(each.queued_us)}"
    yield from _more(overview.queue_total, len(overview.queue))


def _pool(overview: Overview) -> Iterator[str]:
    yield f"POOL ({overview.pool_total} waiting)"
    for each in overview.pool:
        done = f", done: {', '.join(each.exposures_done)}" if each.exposures_done else ""
        window = f"{both(each.window_start_us)} to {both(each.window_end_us)}"
        who = f"{each.observer} | {each.project}, {each.comment}"
        yield f"  {each.priority:.4f} {who} | {each.recipe_id}, {window}{done}"
    yield from _more(overview.pool_total, len(overview.pool))


def _history(overview: Overview) -> Iterator[str]:
    yield f"HISTORY ({overview.history_total}, newest first)"
    for each in overview.history[:HISTORY_LINES]:
        why = f" {each.condition}: {each.message}" if each.condition else ""
        who = f"{each.observer} | {each.project}, {each.comment}"
        yield f"  {both(each.ended_us)} {each.outcome:<9} {who} | {each.recipe_id}{why}"
    yield from _more(overview.history_total, min(HISTORY_LINES, len(overview.history)))


def _hardware(overview: Overview) -> Iterator[str]:
    yield "HARDWARE"
    for row in overview.hardware:
        verdict = "ok" if row.ok else f"NOT OK: {row.problem}"
        age = f"{row.age_seconds:.0f} s old, " if row.read_us else ""
        value = f"{row.value}, " if row.value else ""
        yield f"  {row.device:<14} {row.state:<11} {value}{age}{verdict}"
    lock = overview.lock
    by = f" by {lock.who} ({lock.why}) since {both(lock.since_us)}" if lock.locked and lock.who else ""
    yield f"  telescope lock {'SET' + by if lock.locked else 'released'}"


def _weather(overview: Overview) -> Iterator[str]:
    weather = overview.weather
    safe = {None: "not known to be safe", True: "safe", False: "UNSAFE"}[weather.safe]
    sky = {None: "sky not known", True: "cloudy", False: "clear"}[weather.cloudy]
    reasons = f": {', '.join(weather.reasons)}" if weather.reasons else ""
    yield f"WEATHER {safe}{reasons}; {sky}, since {both(weather.since_us)}"
    if not weather.read_us:
        yield "  never read"
        return
    yield (
        f"  {'RAIN' if weather.rain else 'no rain'}, wind {weather.wind_speed_m_s:.1f} m/s from "
        f"{weather.wind_direction_deg:.0f} deg, humidity {weather.humidity_percent:.0f} %, "
        f"{weather.temperature_c:.1f} C, dome {weather.dome_temperature_c:.1f} C, "
        f"sky {weather.sky_temperature_c:.1f} C, {weather.pressure_hpa:.0f} hPa"
    )
    yield f"  read {both(weather.read_us)}"


def _chips(overview: Overview) -> Iterator[str]:
    chips = overview.chips
    state = chips.exposure_state or "none yet"
    yield f"CHIPS of exposure {chips.exposure_number} {chips.exposure_name} ({state})"
    yield f"  {_named(chips.counts)}"
    stages: dict[str, list[str]] = {}
    for det_id, stage in chips.chips.items():
        stages.setdefault(stage, []).append(str(det_id))
    yield from (f"  {stage:<10} {' '.join(det_ids)}" for stage, det_ids in sorted(stages.items()))
    lanes = ", ".join(
        f"{name} {lane.queued} queued {lane.leased} leased" for name, lane in sorted(chips.lanes.items())
    )
    yield f"  backlog {chips.backlog} chip-cubes; lanes: {lanes}"
    acquired, reduced = chips.acquired_per_minute, chips.reduced_per_minute
    yield f"  per minute: {acquired:.1f} acquired, {reduced:.1f} reduced"


def _notices(overview: Overview) -> Iterator[str]:
    count = sum(each.open for each in overview.alarms)
    yield f"ALARMS ({count} open; {overview.violations_total} violations in all)"
    yield from (f"  {each}" for each in alarm_lines(overview.alarms))
    yield from (f"  {each}" for each in muted_lines(overview.muted))
    yield "PROCESSES"
    for process in overview.processes:
        why = f": {process.reason}" if process.reason else ""
        state = process.state if process.state == "running" else process.state.upper()
        yield f"  {process.process:<12} {state} since {both(process.since_us)}, process {process.pid}{why}"
    yield "MESSAGES"
    yield from (f"  {both(message.time_us)} {message.text}" for message in overview.messages)


def _counters(overview: Overview) -> Iterable[str]:
    counters = overview.counters
    recipes = (
        f"{counters.recipes_done} done, {sum(counters.recipes_cancelled.values())} cancelled "
        f"({_named(counters.recipes_cancelled)}), {counters.recipes_interrupted} interrupted, "
        f"{counters.recipes_expired} expired, {counters.recipes_refused} refused"
    )
    size = f"{counters.archived_bytes / 1e9:.3f} GB" if overview.night.pixels else "events only"
    return [
        "COUNTERS",
        f"  recipes      {recipes}",
        f"  exposures    {counters.exposures}, {counters.exposures_aborted} aborted",
        f"  chip-cubes   {counters.chip_cubes}, {counters.chip_cubes_lost} lost",
        f"  given up     {sum(counters.given_up.values())} ({_named(counters.given_up)})",
        f"  archived     {_named(counters.archived)}; {size}",
        f"  rejected     {counters.rejected} ({_named(counters.rejected_reasons)})",
        f"  violations   {sum(counters.violations.values())} ({_named(counters.violations)})",
        f"  events       {counters.events}",
    ]
