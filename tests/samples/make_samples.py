"""Writes a stored sample of each form of an event type that has none: `python tests/samples/make_samples.py`.

A sample, once committed, is never written again: it stands for what is in the logs. When the form of a type
changes, that of the new one is `TYPE.2.json`, and so on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from tomoe_es.events import EVENT_TYPES, decode_event, encode_event

FOLDER = Path(__file__).parent


def example(of: inspect.Type) -> Any:
    """Some JSON value of a type."""
    match of:
        case inspect.StructType():
            fields = {field.encode_name: example(field.type) for field in of.fields}
            return {str(of.tag_field): of.tag, **fields} if of.tag_field else fields
        case inspect.UnionType():
            return example(next(each for each in of.types if not isinstance(each, inspect.NoneType)))
        case inspect.LiteralType():
            return of.values[0]
        case inspect.ListType() | inspect.VarTupleType():
            return [example(of.item_type)]
        case inspect.TupleType():
            return [example(each) for each in of.item_types]
        case inspect.DictType():
            return {"key": example(of.value_type)}
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return 1_702_371_600_000_000
        case inspect.FloatType():
            return 0.1
        case inspect.AnyType():
            return "any"
    return "Kiso 木曽"


def main() -> None:
    """Write a sample of each form that has none; those of former forms stay."""
    for name, event_type in EVENT_TYPES.items():
        sample = msgspec.json.encode(example(inspect.type_info(event_type)))
        present = encode_event(decode_event(sample))
        forms = sorted(int(path.name.split(".")[1]) for path in FOLDER.glob(f"{name}.*.json"))
        last = forms[-1] if forms else 0
        if not last or (FOLDER / f"{name}.{last}.json").read_bytes() != present:
            (FOLDER / f"{name}.{last + 1}.json").write_bytes(present)


if __name__ == "__main__":
    main()
