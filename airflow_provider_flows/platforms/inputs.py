"""A flow's inputs: plain JSON, checked whole before anything is sent."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from airflow_provider_flows.protocol.errors import InputsError
from airflow_provider_flows.schemas import path_text, schema_problem, violations


def checked_inputs(
    inputs: Any, schema: Mapping[str, Any] | None = None, files: Collection[str] = ()
) -> dict[str, Any]:
    """Return the inputs as plain JSON data.

    Raises `InputsError` naming every value that is wrong, with its path. `files` are the names of inputs
    that an upload will fill: the schema sees them as present, and what it says of them is not asked.
    """
    if not isinstance(inputs, Mapping):
        raise InputsError(f"inputs must be a mapping of names to values, not {type(inputs).__name__}")
    problems = list(json_problems(inputs, "inputs"))
    if problems:
        raise InputsError("; ".join(problems))
    values: dict[str, Any] = plain_json(inputs)
    if schema is not None:
        if problem := schema_problem(schema):
            raise InputsError(f"input_schema is no JSON Schema: {problem}")
        problems = [
            f"inputs{path_text(path)}: {text}"
            for path, text in violations(schema, {**values, **dict.fromkeys(files, "")})
            if path[:1] not in {(name,) for name in files}
        ]
    if problems:
        raise InputsError(f"the inputs break input_schema in {len(problems)} place(s): {'; '.join(problems)}")
    return values


def plain_json(value: Any) -> Any:
    """Return the value with mappings as dicts and sequences as lists; XCom may give other kinds."""
    if isinstance(value, Mapping):
        return {str(key): plain_json(member) for key, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return [plain_json(item) for item in value]
    return value


def json_problems(value: Any, path: str) -> Iterator[str]:
    """Yield one sentence for each part of the value that JSON cannot say; it begins with the part's path."""
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            yield f"{path}: JSON has no {value}"
    elif isinstance(value, Mapping):
        for key, member in value.items():
            if not isinstance(key, str):
                yield f"{path}: the name {key!r} is no text"
            yield from json_problems(member, f"{path}.{key}")
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        for index, item in enumerate(value):
            yield from json_problems(item, f"{path}[{index}]")
    else:
        yield f"{path}: JSON has no {type(value).__name__}; turn it into text or a number first"
