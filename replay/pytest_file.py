"""A pytest file that judges an exported log file: ready to be run where tomoe_es is installed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

Expected = Literal["broken", "kept"]

_RULE = """    assert {name!r} {word} broken_rules(LOG)
"""
_CONDITION = """    assert {negation}comes_to_hold({text!r}, LOG)
"""
_FILE = '''"""{title}

Written by `tomoe replay export --minimal`, from night {night}, {log}.
"""

from pathlib import Path

from replay.minimal import {function}

LOG = Path(__file__).with_name({log_file!r})


def test_{name}() -> None:
{body}'''


def pytest_for_rule(name: str, night: str, log: str, log_file: Path, expected: Expected) -> str:
    """A test that passes while judging the log finds the rule broken, or kept."""
    return _FILE.format(
        title=f"The rule {name} is {expected} by the events beside.",
        night=night,
        log=log,
        function="broken_rules",
        log_file=log_file.name,
        name=f"{_snake(name)}_is_{expected}",
        body=_RULE.format(name=name, word="in" if expected == "broken" else "not in"),
    )


def pytest_for_condition(text: str, night: str, log: str, log_file: Path, expected: Expected) -> str:
    """A test that passes while the condition comes to hold in the log (`broken`), or never does (`kept`)."""
    how = "comes to hold" if expected == "broken" else "never holds"
    return _FILE.format(
        title=f"A condition {how} in the events beside.",
        night=night,
        log=log,
        function="comes_to_hold",
        log_file=log_file.name,
        name=f"the_condition_{_snake(how)}",
        body=_CONDITION.format(text=text, negation="" if expected == "broken" else "not "),
    )


def _snake(name: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)).lower()
