"""`flows.lock.yaml`: the inputs of every flow that the pipelines of a folder run, as they were pulled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.pipelines.plain import plain
from airflow_provider_flows.schemas import schema_problem

NAME = "flows.lock.yaml"
KIND = "lock/1"
_HEAD = """\
# What the flows take that the pipelines here run, by connection and flow, as JSON Schemas.
# Written by `airflow flows pull`; lint holds the pipelines against it, and `airflow flows check --drift`
# tells what has changed at the platforms since. Commit it.
"""


class Target(NamedTuple):
    """A flow as a connection reaches it; a platform's variants have the same flows."""

    connection: str
    platform: str
    flow: str

    @property
    def name(self) -> str:
        """How errors and the file call the flow."""
        return f"{self.platform}/{self.flow}"


@dataclass(frozen=True, slots=True)
class Contract:
    """What a flow takes.

    :param inputs: a JSON Schema
    :param file: the file that it was taken from, None where the platform told it
    """

    inputs: Mapping[str, Any]
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """All that a lock file says."""

    contracts: Mapping[Target, Contract] = field(default_factory=dict)


def lock_text(lock: Lock) -> str:
    """Return the file's text, the same for the same contracts."""
    told: dict[str, dict[str, Any]] = {}
    for target, contract in sorted(lock.contracts.items()):
        source = {"file": contract.file} if contract.file is not None else {}
        told.setdefault(target.connection, {})[target.name] = {**source, "inputs": dict(contract.inputs)}
    data = {"flows": KIND, "contracts": told}
    return _HEAD + yaml.dump(data, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)


def read_lock(text: str, file: str) -> tuple[Lock, list[Diagnostic]]:
    """Return what a lock file says, and what is wrong with it; what is wrong is left out."""
    marked, found = read_marked(text, file)
    if marked is None or found:
        return Lock(), found
    data = marked.data
    if not isinstance(data, dict) or data.get("flows") != KIND or not isinstance(data.get("contracts"), dict):
        message = f"a lock file begins with `flows: {KIND}` and has `contracts`"
        return Lock(), [marked.found((), "bad-value", message, "write it anew: airflow flows pull")]
    contracts: dict[Target, Contract] = {}
    for connection, flows in data["contracts"].items():
        for name, each in flows.items() if isinstance(flows, dict) else ():
            path = ("contracts", connection, name)
            problem = _problem(name, each)
            if problem is not None:
                found.append(
                    marked.found(path, "bad-schema", problem, "write it anew: airflow flows pull", key=True)
                )
                continue
            platform, _, flow = name.partition("/")
            contracts[Target(connection, platform, flow)] = Contract(each["inputs"], each.get("file"))
    return Lock(contracts), found


def _problem(name: str, each: Any) -> str | None:
    if "/" not in name:
        return f"`{name}` must be platform/flow"
    if not isinstance(each, dict) or not isinstance(each.get("inputs"), dict):
        return f"`{name}` needs `inputs`, a JSON Schema"
    problem = schema_problem(each["inputs"])
    return None if problem is None else f"the inputs of `{name}` are no JSON Schema: {problem}"


class _Plain(yaml.SafeDumper):
    """Writes no anchors, as a schema that stands twice is two, and quotes what some take for no text."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style=None if text and plain(text) == text else '"'
    )


_Plain.add_representer(str, _text)
