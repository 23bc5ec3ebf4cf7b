"""What Python DAG files give their flows, as far as it is written out in the call of an operator."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.contracts.kinds import declared, kind_of, may_be
from airflow_provider_flows.contracts.lock import NAME, Contract, Lock, Target
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.findings import either
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.pipelines.near import listed
from airflow_provider_flows.pipelines.source import Fault, Source
from airflow_provider_flows.schemas import path_text, violations

OPERATOR = "RunFlowOperator"
"""How the names of the operators end."""
_ADVICE = f"{NAME} says so; after a change at the platform: airflow flows pull"


@dataclass(frozen=True, slots=True)
class _Call:
    """An operator that is made with a flow and inputs that are written out."""

    source: Source
    node: ast.Call
    keywords: Mapping[str, ast.expr]

    def text(self, name: str) -> str | None:
        found = self.keywords.get(name)
        return found.value if isinstance(found, ast.Constant) and isinstance(found.value, str) else None


def call_problems(lock: Lock, text: str, file: str) -> list[Diagnostic]:
    """Return what the operators of a Python file give that their flows don't take, and what they lack.

    Only literals count: `flow_id`, the connection's id, and `inputs` as a dict with literal names. A file
    that is no Python is left to Python.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    source = Source(file, text)
    return [problem for call in _calls(tree, source) for problem in _problems(lock, call)]


def _calls(tree: ast.AST, source: Source) -> Iterator[_Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func).endswith(OPERATOR):
            yield _Call(source, node, {each.arg: each.value for each in node.keywords if each.arg})


def _problems(lock: Lock, call: _Call) -> Iterator[Diagnostic]:
    found = _contract(lock, call)
    inputs = call.keywords.get("inputs")
    if found is None or not isinstance(inputs, ast.Dict | None):
        return
    target, contract = found
    keys = inputs.keys if inputs is not None else []
    values = inputs.values if inputs is not None else []
    given = {name: each for key, each in zip(keys, values, strict=True) if (name := _text(key)) is not None}
    if any(_text(key) is None for key in keys):
        return  # a `**` or a computed name: nobody knows what is given
    properties = _mapping(contract.inputs.get("properties"))
    files = call.keywords.get("files")
    for name in contract.inputs.get("required", ()):
        if name not in given and files is None and _mapping(properties.get(name)).get("default") is None:
            yield _told(
                call, inputs or call.node, "missing-input", f"`{target.name}` needs the input `{name}`"
            )
    is_closed = contract.inputs.get("additionalProperties") is False
    for name, node in given.items():
        if name in properties:
            yield from _of_value(
                call, node, f"`{target.name}`: the input `{name}`", _mapping(properties[name])
            )
        elif properties or is_closed:
            message = guessed(f"`{target.name}` takes no input `{name}`", name, properties)
            note = f"inputs: {listed(properties)}" if properties else "it takes none"
            yield _told(call, node, "unknown-input", message, note, is_error=is_closed)


def _contract(lock: Lock, call: _Call) -> tuple[Target, Contract] | None:
    flow, connection = call.text("flow_id"), call.text("flow_conn_id")
    for target, contract in lock.contracts.items():
        is_default = connection is None and target.connection == f"{target.platform}_default"
        if target.flow == flow and (target.connection == connection or (is_default and _fits(call, target))):
            return target, contract
    return None


def _text(key: ast.expr | None) -> str | None:
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def _fits(call: _Call, target: Target) -> bool:
    """Whether an operator without a connection's id is that of the platform: it has its name."""
    name = _name(call.node.func).removesuffix(OPERATOR).lower()
    return name == target.platform.replace("_", "")


def _of_value(call: _Call, node: ast.expr, what: str, schema: Mapping[str, Any]) -> Iterator[Diagnostic]:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return
    if isinstance(value, str) and "{{" in value:
        takes = declared(schema)
        if takes is not None and not may_be(frozenset({"string"}), takes):
            message = f"{what} takes {either(sorted(takes))}, and a template gives a string"
            yield _told(call, node, "bad-input", message)
        return
    if kind_of(value) in {"array", "object"} and "{{" in repr(value):
        return
    for path, problem in violations(schema, value):
        yield _told(call, node, "bad-input", f"{what}{path_text(path)}: {problem}")


def _told(
    call: _Call, node: ast.AST, code: str, message: str, *notes: str, is_error: bool = True
) -> Diagnostic:
    lines = call.source.text.splitlines(keepends=True)
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    index = sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode(errors="replace"))
    return call.source.diagnostic(Fault(index, code, message, (*notes, _ADVICE)), is_error=is_error)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
