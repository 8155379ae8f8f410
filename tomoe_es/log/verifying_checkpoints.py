"""Whether a log is still the one of its checkpoints, those in its folder and those that left the machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tomoe_es.errors import LogError
from tomoe_es.log.checkpoints import (
    KEY_FILE,
    LAST_NOTE_FILE,
    VERIFIER_FILE,
    last_note,
    stored_notes,
    verifier_of,
)
from tomoe_es.log.finding import Finding
from tomoe_es.log.signed_note import Checkpoint, Verifier
from tomoe_es.log.tree import LogTree


def verify_checkpoints(
    folder: Path,
    tree: LogTree,
    head: int,
    notes: Sequence[str],
    verifier: Verifier | None,
    unsigned: Sequence[Checkpoint] = (),
) -> Iterator[Finding]:
    """Compare the folder's checkpoints and `notes` with the tree; say which events none of them covers.

    `verifier` is the public key that an auditor holds; without it, the one in the folder is believed.
    `unsigned` are those of which somebody holds size and root only, as a product's header does.
    """
    stored, last = stored_notes(folder), last_note(folder)
    yield from _of_the_files(folder, stored, last)
    has_any = bool(stored or last or notes)
    if verifier is None and (has_any or (folder / VERIFIER_FILE).exists()):
        try:
            verifier = verifier_of(folder)
        except ValueError as error:
            text = f"no checkpoint can be checked: {error}"
            yield Finding(False, f"{text}; give the log's public key as you have it with --key", 1, head)
    good = 0
    if verifier is not None:
        alone = [last] if last is not None and not stored else []
        signed, untrusted = _opened([*stored, *alone, *notes], verifier)
        yield from untrusted
    else:
        signed = []
    for checkpoint in sorted([*signed, *unsigned], key=lambda each: each.size):
        finding = _verify_checkpoint(tree, head, good, checkpoint)
        if finding.holds:
            good = checkpoint.size
        yield finding
    if good < head:
        events = f"event {head} is" if good + 1 == head else f"events {good + 1} to {head} are"
        text = f"{events} covered by no checkpoint that holds"
        remedy = "a change there may go unseen; 'tomoe log checkpoint' signs one"
        yield Finding(True, f"{text}: {remedy}", good + 1, head, is_open=True)


def _of_the_files(folder: Path, stored: Sequence[str], last: str | None) -> Iterator[Finding]:
    """Whether the files of the checkpoints are all there, and say the same."""
    again = "'tomoe log checkpoint' writes it anew"
    name = f"the file '{LAST_NOTE_FILE}'"
    if _is_unfinished(stored, last):
        said = "says a former one of checkpoints/" if last else "is not there yet"
        text = f"the last checkpoint was not finished, as by a power loss: {name} {said}"
        yield Finding(True, f"{text}; nothing signed is lost, and {again}", is_open=True)
        return
    if stored and last is None:
        text = f"{name} is missing, which says the same as the last one of checkpoints/: {again}"
    elif stored and last != stored[-1]:
        text = f"{name} says something else than the last one of checkpoints/: {again}"
    elif last is not None and not stored:
        text = f"{name} is there and checkpoints/ holds none: put them back from the log's copy"
    elif not stored and any((folder / each).exists() for each in (KEY_FILE, VERIFIER_FILE)):
        text = "the log has a key and no checkpoint: put them back from its copy; without one, sign one"
    else:
        return
    yield Finding(False, text)


def _is_unfinished(stored: Sequence[str], last: str | None) -> bool:
    """Whether signing ended between its two files: the note is in checkpoints/, `checkpoint` is as before.

    Before the first checkpoint it is not there. Each of `stored` is verified by itself all the same.
    """
    return last in stored[:-1] or (last is None and len(stored) == 1)


def _opened(notes: Sequence[str], verifier: Verifier) -> tuple[list[Checkpoint], list[Finding]]:
    """The checkpoints of the notes that the key has signed, and what is wrong with the others."""
    checkpoints, untrusted = [], []
    for note in notes:
        try:
            checkpoints.append(Checkpoint.parse(verifier.open(note)))
        except ValueError as error:
            untrusted.append(Finding(False, f"a checkpoint can't be trusted: {error}"))
    return checkpoints, untrusted


def _verify_checkpoint(tree: LogTree, head: int, good: int, checkpoint: Checkpoint) -> Finding:
    """Compare with the tree; `good` is the size of the last checkpoint that holds."""
    size = checkpoint.size
    if size > head:
        text = f"checkpoint {size} covers more than the {head} events that the log has"
        return Finding(False, f"{text}: it was cut short, or an older copy took its place", head + 1, size)
    try:
        root = tree.root(size)
    except LogError as error:
        return Finding(False, f"checkpoint {size} can't be checked: {error}", good + 1, size)
    if root != checkpoint.root:
        text = f"events {good + 1} to {size} are not those of checkpoint {size}"
        return Finding(False, f"{text}: something among them was changed", good + 1, size)
    found = "signature and root hold" if checkpoint.origin else "its root holds"
    return Finding(True, f"checkpoint {size}: {found}", 1, size)
