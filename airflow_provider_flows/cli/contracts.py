"""Looks up what flows take: at the platforms where they tell it, else in files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.cli.lookup import connection_for
from airflow_provider_flows.contracts.lock import NAME, Contract, Lock, Target, read_lock
from airflow_provider_flows.contracts.needs import Use, uses
from airflow_provider_flows.contracts.shapes import input_schema
from airflow_provider_flows.dags.files import pipeline_files, read_file, text_of
from airflow_provider_flows.hooks.line import Line
from airflow_provider_flows.pipelines.model import Pipeline
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.forms import LOADER
from airflow_provider_flows.protocol.errors import FlowError
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.schemas import schema_problem
from airflow_provider_flows.transports.sync import SyncTransport

SCHEMAS = "schemas"
"""The folder beside the lock file in which schemas lie that no platform tells: <platform>/<flow>.json."""


@dataclass(slots=True)
class LookedUp:
    """What was found, and why the rest was not."""

    lock: Lock
    failed: dict[Target, str] = field(default_factory=dict)
    unknown: dict[Target, str] = field(default_factory=dict)


def used_below(folder: Path) -> dict[Target, list[Use]]:
    """Return the flows that the pipelines of a folder run; raises `CommandError` for a faulty pipeline."""
    return uses(_pipelines(folder))


def lock_of(folder: Path) -> Lock:
    """Return what the folder's lock file says, nothing where there is none; raises `CommandError`."""
    path = folder / NAME
    if not path.exists():
        return Lock()
    lock, found = read_lock(text_of(path), str(path))
    if found:
        raise CommandError(f"{found[0].headline}: {'; '.join(found[0].notes)}")
    return lock


def looked_up(targets: Iterable[Target], folder: Path, conn_id: str | None = None) -> LookedUp:
    """Return what each flow takes.

    :param folder: where the lock file lies
    :param conn_id: a connection to use instead of the steps' own
    """
    contracts: dict[Target, Contract] = {}
    result = LookedUp(Lock(contracts))
    lines: dict[tuple[str, str], Line] = {}
    for target in sorted(targets):
        try:
            found = _from_platform(target, conn_id, lines) or _from_file(target, folder)
        except (CommandError, FlowError) as error:
            result.failed[target] = str(error)
            continue
        if found is None:
            result.unknown[target] = _advice(target)
        else:
            contracts[target] = found
    return result


def _pipelines(folder: Path) -> Iterator[Pipeline]:
    files = pipeline_files(folder)
    if not files:
        raise CommandError(f"there is no pipeline (*.flow.yaml) in {folder}")
    for path in files:
        reading = read_file(path, Path.cwd())
        if reading.pipeline is None:
            raise CommandError(f"{path} is no pipeline yet; lint tells why")
        yield reading.pipeline


def _from_platform(
    target: Target, conn_id: str | None, lines: dict[tuple[str, str], Line]
) -> Contract | None:
    """Return what the platform tells, None where it documents no way to ask."""
    spec = specs.load(target.platform)
    if not spec.can("describe") or "inputs" not in spec.document.data["describe"]:
        return None
    key = (target.platform, target.connection)
    if key not in lines:
        lines[key] = Line(connection_for(spec, conn_id or target.connection).raw, RetryPolicy())
    line = lines[key]
    told = SyncTransport(line.options()).run(line.api().flow_inputs(target.flow))
    schema = input_schema(told)
    if schema is None or schema_problem(schema) is not None:
        raise CommandError(
            f"{spec.title} tells nothing of {target.flow}'s inputs that can be read: {_shown(told)}. Say "
            f"where it is in the connection (extra schema_field), or put a JSON Schema into {_file(target)}"
        )
    return Contract(schema)


def _from_file(target: Target, folder: Path) -> Contract | None:
    for suffix in (".json", ".yaml"):
        name = _file(target, suffix)
        path = folder / name
        if path.is_file():
            try:
                schema = yaml.load(path.read_text("utf-8"), Loader=LOADER)  # noqa: S506 - LOADER is a safe one
            except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
                raise CommandError(f"{path} can't be read: {error}") from error
            if (problem := schema_problem(schema)) is not None:
                raise CommandError(f"{path} is no JSON Schema: {problem}")
            return Contract(schema, name)
    return None


def _file(target: Target, suffix: str = ".json") -> str:
    return f"{SCHEMAS}/{target.platform}/{target.flow.replace('/', '_')}{suffix}"


def _advice(target: Target) -> str:
    title = specs.load(target.platform).title
    return f"{title} documents no way to look it up: put its JSON Schema into {_file(target)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else f"{text[:199]}…"
