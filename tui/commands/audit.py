"""`tomoe audit`: how a product came to be, from the log."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Annotated, Final, cast

import cyclopts
import msgspec

from projections import lineage
from projections.errors import ProductUnknown, ProductWasRejected, ProjectionError
from projections.lineage import ProductRow
from projections.store import ProjectionReader
from projections.way_back import FileClaim, WayBack, way_back
from tomoe_es.events.reduction import NO_PIXELS, ProductRejected, ReductionFinished
from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog
from tomoe_es.reduction.archive_path import archive_path
from tomoe_es.reduction.job import ProductKind
from tomoe_es.transfer.whole_file import blake3_of
from tui.commands.audit_text import FileCheck, Verdict, audit_text
from tui.data_folder import DataFolder, data_folder

app = cyclopts.App(name="audit", help="Explain what the observatory made, from its log.")

GOOD, BAD = 0, 1
NEVER_MADE: Final = "never made, the night is of events only"
GOOD_VERDICTS: frozenset[Verdict] = frozenset({"as recorded", "deleted by policy", NEVER_MADE})


class Explanation(msgspec.Struct, frozen=True):
    """The way back, and what became of its files."""

    files: tuple[FileCheck, ...]
    way_back: WayBack


@app.command
def why(
    product: str,
    *,
    data: Annotated[Path | None, cyclopts.Parameter(name="--data")] = None,
    json: Annotated[bool, cyclopts.Parameter(name="--json", negative="")] = False,
) -> int:
    """Say where a product comes from: file, reduction, quality, raw cube, dark, flat, exposure, recipe.

    Exit codes: 0 explained, and its files are as recorded; 1 a file is missing or not as recorded, or the
    product is unknown; 2 wrong usage.

    Parameters
    ----------
    product
        Product id, FITS file or its name; a copy under another name is known by its content.
    data
        The data folder; without it $TOMOE_DATA, else data/.
    json
        As JSON: every event as recorded.
    """
    folder = data_folder(data)
    folder.require()
    given = Path(product) if Path(product).is_file() else None
    log = open_log(folder.log_url)
    try:
        with ProjectionReader(folder.projections, lineage.PROJECTION) as reader:
            # A file is known by its content first: its name may be anybody's.
            found = lineage.product(reader, sha256_of(given)) if given is not None else None
            found = found or lineage.product(reader, product)
            if found is None:
                raise _unknown(log, product)
            explained = way_back(log, reader, found)
    finally:
        log.close()
    checks = [check_file(folder, claim, _has_pixels(explained)) for claim in explained.files]
    if given is not None and given.resolve() != folder.archive / found.path:
        checks.insert(0, _check_given(given, found))
    if json:
        sys.stdout.write(msgspec.json.encode(Explanation(tuple(checks), explained)).decode() + "\n")
    else:
        sys.stdout.write(audit_text(explained, checks))
    return GOOD if all(each.verdict in GOOD_VERDICTS for each in checks) else BAD


def _unknown(log: EventLog, product: str) -> ProjectionError:
    """Why there is no such product: one that was rejected has a name that tells its frame and kind."""
    for recorded in log.read(types=("ProductRejected",)):
        event = recorded.payload
        assert isinstance(event, ProductRejected), "it is read by type"
        if archive_path(event.frame_id, cast(ProductKind, event.kind)).name == Path(product).name:
            return ProductWasRejected(product, event.reasons, recorded.position)
    return ProductUnknown(product)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _has_pixels(explained: WayBack) -> bool:
    finished = [each.payload for each in explained.reduction if isinstance(each.payload, ReductionFinished)]
    return not any(NO_PIXELS in each.steps_not_done for each in finished)


def check_file(folder: DataFolder, claim: FileClaim, has_pixels: bool = True) -> FileCheck:
    """Compare a file with what was recorded of it; without pixels there never was one."""
    path = (folder.archive if claim.folder == "archive" else folder.buffer) / claim.path
    digest_of = blake3_of if claim.algorithm == "blake3" else sha256_of
    found = digest_of(path) if path.is_file() else ""
    verdict: Verdict = "as recorded" if found == claim.digest else "DIFFERS"
    if not found:
        there_was: Verdict = "deleted by policy" if claim.expired is not None else "MISSING"
        verdict = there_was if has_pixels else NEVER_MADE
    return FileCheck(
        role=claim.role,
        path=str(path),
        position=claim.position,
        algorithm=claim.algorithm,
        digest_recorded=claim.digest,
        digest_found=found,
        verdict=verdict,
        expired_position=claim.expired.position if claim.expired is not None else 0,
    )


def _check_given(given: Path, product: ProductRow) -> FileCheck:
    found = sha256_of(given)
    return FileCheck(
        role="given file",
        path=str(given),
        position=product.position,
        algorithm="sha256",
        digest_recorded=product.sha256,
        digest_found=found,
        verdict="as recorded" if found == product.sha256 else "DIFFERS",
        expired_position=0,
    )
