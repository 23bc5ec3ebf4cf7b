"""The documents' tables about platforms, made from the specs. The documents must hold exactly these lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.fields import Field
from airflow_provider_flows.platforms.forms import SUFFIX, text_of
from airflow_provider_flows.platforms.specs import PlatformSpec
from airflow_provider_flows.platforms.states import VOCABULARY

MARK = "Undocumented"
ORDER = ("unitelabs", "scade", "blinkops", "wisebot", "vishwa", "airflow")  # as everywhere in the documents


@dataclass(frozen=True, slots=True)
class Gap:
    """One place of a spec that speaks of something undocumented, and the settings that it says to see."""

    path: str
    settings: tuple[str, ...]


def abilities() -> list[str]:
    """Return what each platform can do, one row a platform."""
    header = ("Platform", "A run's end", "Sensor", "Result", "Cancel", "Files", "Describe", "Search")
    rows = [_abilities(specs.load(name)) for name in ORDER]
    return _table((*header, "Test button", "Variants"), rows)


def options(name: str) -> list[str]:
    """Return a platform's options; empty where it has none."""
    spec = specs.load(name)
    rows = [_option(field, None) for field in spec.options.values()]
    for variant in spec.variants:
        own = spec.variant(variant).options
        rows += [_option(field, variant) for key, field in own.items() if key not in spec.options]
    return _table(("Option", "What it is", "Type", "Default"), rows) if rows else []


def connection_fields(name: str) -> list[str]:
    """Return the fields of a platform's connection that are its own."""
    spec = specs.load(name)
    shared = {**_common(), **_state_words()}
    own = {**spec.standard, **{key: field for key, field in spec.extra.items() if field != shared.get(key)}}
    return _fields(own.values(), spec)


def common_fields() -> list[str]:
    """Return the fields that every connection has."""
    return _fields(_common().values())


def state_fields() -> list[str]:
    """Return the fields that map states' words."""
    return _fields(_state_words().values())


def words() -> list[str]:
    """Return the words for states that are understood everywhere."""
    by_state: dict[str, list[str]] = {}
    for word, state in VOCABULARY.items():
        by_state.setdefault(state.value, []).append(word)
    return _table(("State", "Words"), [(state, ", ".join(found)) for state, found in by_state.items()])


def gaps(name: str) -> list[Gap]:
    """Return a spec's places marked as undocumented; the mark stands beside its line or above it."""
    document = specs.load(name).document
    known = settings(name)
    top_down = sorted(document.lines.items(), key=lambda item: (item[1], len(item[0])))
    found = []
    for number, line in enumerate(text_of(name + SUFFIX).splitlines(), 1):
        if MARK not in line or f'"{MARK}' in line:
            continue
        path = next(path for path, at in top_down if path and at >= number)
        named = re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", line.partition(MARK)[2].partition("see ")[2])
        found.append(Gap(_dotted(path), tuple(word for word in named if word in known)))
    return found


def settings(name: str) -> set[str]:
    """Return the names of all connection extras and options of a platform, those of its variants too."""
    spec = specs.load(name)
    return {
        *spec.extra,
        *spec.options,
        *(key for variant in spec.variants for key in spec.variant(variant).options),
    }


def _abilities(spec: PlatformSpec) -> tuple[str, ...]:
    document = spec.document.data
    polled = spec.can("status")
    return (
        spec.title,
        "asked for" if polled else "in the answer to the start",
        _yes(polled),
        _result(document),
        *(_yes(spec.can(ability)) for ability in ("cancel", "upload", "describe")),
        _search(document),
        "asks the platform" if spec.can("test") else "checks the fields only",
        ", ".join(f"`{variant}`" for variant in spec.variants) or "none",
    )


def _search(document: Mapping[str, Any]) -> str:
    if "search" not in document:
        return "no"
    setting = document["search"].get("needs", "").removeprefix("conn.")
    return f"with `{setting}`" if setting else "yes"


def _result(document: Mapping[str, Any]) -> str:
    if "result" in document:
        option = document["result"].get("needs", "").removeprefix("options.")
        return f"the status itself; with `{option}` a call of its own" if option else "a call of its own"
    if "status" not in document:
        return "in the same answer"
    return "the status itself" if document["status"]["result"] == "@" else "in the status"


def _option(field: Field, variant: str | None) -> tuple[str, ...]:
    what = field.description or f"{field.title}."
    only = f' Only with `variant="{variant}"`.' if variant else ""
    default = "**required**" if field.required and field.default is None else _shown(field.default)
    return f"`{field.name}`", what + only, _types(field), default


def _fields(fields: Iterable[Field], spec: PlatformSpec | None = None) -> list[str]:
    standard = spec.standard if spec else {}
    rows = []
    for field in fields:
        place = "standard" if field.name in standard else "extra"
        title = f"{field.title}." if not field.description else f"{field.title}. {field.description}"
        secret = " Secret." if field.secret else ""
        default = "**required**" if field.required and field.default is None else _shown(field.default)
        rows.append((f"`{field.name}`", place, title + secret, _types(field), default))
    return _table(("Field", "Where", "What it is", "Type", "Default"), rows)


def _common() -> dict[str, Field]:
    everywhere = set.intersection(*(set(specs.load(name).extra) for name in ORDER))
    return {key: field for key, field in specs.load("scade").extra.items() if key in everywhere}


def _state_words() -> dict[str, Field]:
    return {key: field for key, field in specs.load("scade").extra.items() if key.endswith("_states")}


def _dotted(path: Iterable[str | int]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


def _types(field: Field) -> str:
    allowed = field.schema.get("enum")
    return " or ".join(f"`{value}`" for value in allowed) if allowed else " or ".join(field.types)


def _shown(default: Any) -> str:
    if default is None:
        return ""
    return f"`{default}`" if isinstance(default, str) else f"`{json.dumps(default)}`"


def _yes(able: bool) -> str:
    return "yes" if able else "no"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *([_cell(text) for text in row] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def _cell(text: str) -> str:
    """Keep Markdown from reading a placeholder as HTML, and a bar as the cell's end."""
    return text.replace("|", "\\|").replace("<", "&lt;")
