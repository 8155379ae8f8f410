"""The way back from a product, as text: each line an event with its position in the log and its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from projections.way_back import Calibration, WayBack
from tomoe_es.clock import isot, to_datetime
from tomoe_es.events import ErasedPayload, Event, camera, recipe, reduction, system
from tomoe_es.events.envelope import Recorded
from tomoe_es.night import JST
from tomoe_es.recipe.writing import write_recipe

Verdict = Literal[
    "as recorded", "DIFFERS", "MISSING", "deleted by policy", "never made, the night is of events only"
]

_SAID_ABOVE = frozenset(
    {"exposure_number", "frame_id", "recipe_id", "frame_ids", "product_id", "recipe", "source", "verdicts"}
)
"""Fields that a section's heading or a line of its own says."""


class FileCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it is now against what was recorded of it."""

    role: str
    path: str
    position: int
    algorithm: str
    digest_recorded: str
    digest_found: str  # empty: there is no such file
    verdict: Verdict
    expired_position: int  # of the event that deleted it by policy; 0: none


def audit_text(explained: WayBack, checks: Sequence[FileCheck]) -> str:
    """The whole explanation, a section a step back; without colours or control characters."""
    product, request = explained.product, _first(explained.exposure, camera.ExposureRequested)
    lines = [
        f"PRODUCT {product.kind} {product.product_id}",
        f"  frame {product.frame_id}, exposure {product.exp_id}, archived at position {product.position}",
        *_files(checks),
        "REDUCTION",
        *_events(explained.reduction),
        "QUALITY",
        *_verdicts(explained.reduction),
        "STARS of the astrometric solution",
        *_events(explained.star_list),
        "DARK AND FLAT",
        *[_calibration(each) for each in explained.calibrations],
        f"EXPOSURE {product.exp_id}{f' {request.name}' if request is not None else ''}",
        *_events(explained.exposure),
        "READINGS (newest when the exposure was asked for; the mount's during it)",
        *_events(explained.readings),
        "OPERATIONS of the recipe's run, up to the exposure",
        *_events(explained.operations),
        "COMMANDS to devices in that run",
        *_events(explained.commands),
        *_recipe(explained),
        "CODE",
        *_code(explained.code),
    ]
    return "".join(f"{_printable(line)}\n" for line in lines)


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in line)


def _first(events: Iterable[Recorded], wanted: type[Any]) -> Any:
    return next((each.payload for each in events if isinstance(each.payload, wanted)), None)


def _files(checks: Sequence[FileCheck]) -> Iterator[str]:
    yield "FILES"
    for each in checks:
        gone = f" (event {each.expired_position})" if each.expired_position else ""
        yield f"  {each.role:<10} {each.verdict}{gone}: {each.path}"
        yield f"             {each.algorithm} {each.digest_recorded}, recorded by event {each.position}"
        if each.verdict == "DIFFERS":
            yield f"             {each.algorithm} {each.digest_found} now"


def _events(events: Iterable[Recorded]) -> Iterator[str]:
    none = True
    for each in events:
        none = False
        yield f"{_when(each)} {type(each.payload).__name__}{_fields(each.payload)}{_by(each)}"
    if none:
        yield "  none"


def _when(recorded: Recorded) -> str:
    jst = to_datetime(recorded.time).astimezone(JST)
    return f"  {recorded.position:>9}  {isot(recorded.time)} UTC ({jst:%H:%M:%S} JST)"


def _by(recorded: Recorded) -> str:
    parts = [
        recorded.actor and f"by {recorded.actor}",
        recorded.code and f"code {recorded.code}",
        recorded.cause and f"because of {recorded.cause}",
    ]
    said = ", ".join(str(part) for part in parts if part)
    return f"  [{said}]" if said else ""


def _fields(payload: Event) -> str:
    shown = []
    for field in payload.__struct_fields__:
        value = getattr(payload, field)
        if field not in _SAID_ABOVE and value not in ("", [], {}, None):
            shown.append(f"{field} {_value(field, value)}")
    return ": " + ", ".join(shown) if shown else ""


def _value(field: str, value: Any) -> str:
    if field.endswith("_us"):
        return isot(value)
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list):
        return f"{len(value)} of them" if len(value) > 8 else " ".join(str(each) for each in value)
    if isinstance(value, dict):
        return " ".join(f"{key}={_value(key, each)}" for key, each in value.items())
    return str(value)


def _verdicts(events: Iterable[Recorded]) -> Iterator[str]:
    judged = [each for each in events if isinstance(each.payload, reduction.QualityJudged)]
    if not judged:
        yield "  not judged"
    for each in judged:
        verdicts: list[reduction.QualityVerdict] = each.payload.verdicts  # type: ignore[attr-defined]
        for verdict in verdicts:
            passed = "passed" if verdict.passed else "FAILED"
            value = "not measured" if verdict.value is None else f"{verdict.value:g} {verdict.unit}"
            limit = f"limit {verdict.limit:g} {verdict.unit}"
            yield f"  {each.position:>9}  {passed} {verdict.check}: {value}, {limit}"


def _calibration(used: Calibration) -> str:
    if used.exposure_number is None:
        return f"  {used.role}: none was used"
    if used.product is None:
        return f"  {used.role}: exposure {used.exposure_number}, of which none of this chip was archived"
    product = used.product
    return f"  {used.role}: exposure {used.exposure_number}, {product.path}, product {product.product_id}"


def _recipe(explained: WayBack) -> Iterator[str]:
    submitted = _first(explained.recipe, recipe.RecipeSubmitted)
    if submitted is None:
        erased = any(isinstance(each.payload, ErasedPayload) for each in explained.recipe)
        yield "RECIPE erased" if erased else "RECIPE not recorded"
        yield from _events(explained.recipe) if erased else ()
        return
    asked: recipe.RecipeSubmitted = submitted
    yield f"RECIPE {asked.recipe_id}"
    yield f"  observer {asked.recipe.observer}, project {asked.recipe.project}, {asked.recipe.comment}"
    yield f"  submitted by {asked.submitted_by} as {asked.source_name}"
    yield from _events(explained.recipe)
    yield "  as it was written:" if asked.source else "  as it was issued:"
    yield from (f"    {line}" for line in (asked.source or write_recipe(asked.recipe)).splitlines())


def _code(versions: Iterable[Recorded]) -> Iterator[str]:
    for each in versions:
        code = each.payload
        if isinstance(code, system.CodeRegistered):
            commit = f", commit {code.commit}" if code.commit else ""
            source = f"source {code.source_sha256}, Python {code.python}"
            yield f"  {each.position:>9}  {code.version}{commit}, {source}"
            packages = " ".join(f"{name}={version}" for name, version in sorted(code.packages.items()))
            yield f"             {packages}" if packages else "             no packages recorded"
