"""A pipeline with all that its steps inherit, as a file again, and beside each value where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

import yaml

from airflow_provider_flows.pipelines.calls import as_json
from airflow_provider_flows.pipelines.marks import read_marked
from airflow_provider_flows.pipelines.model import DURATIONS, Notice, Pipeline, Step
from airflow_provider_flows.pipelines.plain import plain

_INHERITED = ("defaults", "templates", "steps")
_EMPTY: tuple[Any, ...] = (None, "", {}, ())
_INDENT = "  "


def whole(pipeline: Pipeline) -> str:
    """Return a file that gives the same pipeline without defaults and templates."""
    marked, _ = read_marked(pipeline.source, pipeline.file)
    data = marked.data if marked is not None else {}
    lines = [line for key in data if key not in _INHERITED for line in _lines(key, data[key], "")]
    lines.append("steps:")
    for step in pipeline.steps:
        lines += [f"{_INDENT}{step.name}:", *_step(step, _INDENT * 2)]
    return "\n".join(lines) + "\n"


def _step(step: Step, indent: str) -> Iterator[str]:
    for key, value in _keys(step).items():
        if key in ("with", "options", "files") and isinstance(value, dict):
            yield f"{indent}{key}:"
            for name, member in value.items():
                yield from _lines(name, member, indent + _INDENT, _origin(step, f"{key}.{name}"))
        else:
            yield from _lines(key, value, indent, _origin(step, key))


def _keys(step: Step) -> dict[str, Any]:
    """Return what a file would say of a step."""
    variant = f".{step.variant}" if step.variant else ""
    keys: dict[str, Any] = {
        "run": f"{step.platform}{variant}/{step.flow}",
        "connection": step.connection,
        "with": step.inputs,
        "options": step.options,
        "files": step.files,
        "needs": step.needs,
        "if": step.condition,
        "for_each": step.for_each if step.for_each != () else [],
        "label": step.label,
        "max_parallel": step.max_parallel,
        "group": ".".join(step.group),
        **{name: _duration(value) if name in DURATIONS else value for name, value in step.settings.items()},
        "outlets": step.outlets,
        "on_failure": tuple(map(_notice, step.on_failure)),
        "doc": step.doc,
    }
    return {name: as_json(value) for name, value in keys.items() if value not in _EMPTY}


def _notice(notice: Notice) -> dict[str, Any]:
    return {"notifier": notice.notifier, **({"with": notice.arguments} if notice.arguments else {})}


def _duration(seconds: int) -> str:
    parts = []
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, length)
        parts += [f"{count}{unit}"] * bool(count)
    return "".join(parts) or "0s"


def _origin(step: Step, key: str) -> str:
    """Return where a value comes from: its place, or what it follows from."""
    place = step.places.get(key)
    if place is not None:
        return f"{place.file}:{place.line}"
    return {"connection": "by the platform's name", "needs": "by what it speaks of"}.get(key, "")


def _lines(key: str, value: Any, indent: str, origin: str = "") -> Iterator[str]:
    """Yield the lines of one member, the origin as a comment on the first."""
    text = yaml.dump(
        _Block({key: value}),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=inf,
        default_flow_style=None,
    )
    first, *more = text.rstrip("\n").split("\n")
    yield f"{indent}{first}" + (f"  # {origin}" if origin else "")
    yield from (f"{indent}{line}" if line else "" for line in more)


class _Block(dict[str, Any]):
    """A mapping with a line for each of its members."""


class _Dumper(yaml.SafeDumper):
    """Writes what every reader of YAML reads alike, and small values on one line."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        return True


def _block(dumper: yaml.SafeDumper, value: _Block) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = None
    if "\n" in text:
        style = '"' if text.endswith("\n\n") else "|"
    elif plain(text) != text:
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(_Block, _block)
_Dumper.add_representer(str, _text)
