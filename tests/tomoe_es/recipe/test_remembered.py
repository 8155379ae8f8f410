"""What a recipe's line tells is asked once, and never mixed up with that of another."""

from __future__ import annotations

from tomoe_es.recipe import remembered
from tomoe_es.recipe.model import OperationCall


def test_each_value_is_asked_once_for_what_it_alone_tells() -> None:
    asked: list[OperationCall] = []

    def tell(call: OperationCall) -> str:
        asked.append(call)
        return str(call.argument)

    told = remembered.remembered(tell)
    one, other = OperationCall("Dark", {"n": 1}), OperationCall("Dark", {"n": 2})

    assert [told(each) for each in (one, other, one, other)] == ["{'n': 1}", "{'n': 2}"] * 2
    assert asked == [one, other]


def test_more_values_than_are_kept_are_told_right() -> None:
    told = remembered.remembered(lambda call: call.argument)

    calls = (OperationCall("Dark", number) for number in range(2 * remembered.KEPT))

    assert [told(each) for each in calls] == list(range(2 * remembered.KEPT))
