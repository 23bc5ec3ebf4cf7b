"""Named values that people give: connection fields and options, declared in specs and checked here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from airflow_provider_flows.protocol.errors import SpecError
from airflow_provider_flows.schemas import violations

_OURS = frozenset({"title", "description", "default", "required", "secret", "placeholder", "mask", "hint"})
_TRUE, _FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One named value: how a form shows it, and the JSON Schema that it must keep."""

    name: str
    title: str
    description: str = ""
    default: Any = None
    required: bool = False
    secret: bool = False
    placeholder: str = ""
    mask: str = ""  # JMESPath of the parts that are secret; of an address only the query's values
    hint: str = ""  # what to write instead, for the error
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})

    @classmethod
    def from_spec(cls, name: str, data: Mapping[str, Any]) -> Field:
        """Read one field of a spec; what is not ours is JSON Schema."""
        ours = {key: value for key, value in data.items() if key in _OURS}
        schema = {key: value for key, value in data.items() if key not in _OURS}
        return cls(name=name, schema={"type": "string", **schema}, **ours)

    @property
    def types(self) -> tuple[str, ...]:
        """The JSON types that the value may have."""
        kind = self.schema["type"]
        return (kind,) if isinstance(kind, str) else tuple(kind)

    @property
    def missing(self) -> str:
        """One sentence that says that the value is missing."""
        return f"{self.name} ({self.title}) is missing" + (f": {self.hint}" if self.hint else "")

    def coerced(self, value: Any) -> Any:
        """Return a text as the field's type, where it spells one: a form and an URI know texts only."""
        if not isinstance(value, str) or "string" in self.types:
            return value
        text = value.strip()
        for kind in self.types:
            found = _READERS[kind](text)
            if found is not None:
                return found
        return value

    def problems(self, value: Any) -> list[str]:
        """Return what is wrong with the value, each as one sentence without the value if it is secret."""
        found = violations(self.schema, value)
        if not found:
            return []
        if self.secret or self.mask:
            return [f"{self.name} is malformed" + (f": {self.hint}" if self.hint else "")]
        return [
            f"{self.name}{path}: {text}" + (f"; {self.hint}" if self.hint else "") for path, text in found
        ]


def checked(
    fields: Mapping[str, Field], given: Mapping[str, Any], fail: Callable[[str], Exception], *, strict: bool
) -> dict[str, Any]:
    """Return the given values, coerced, with every field present; raise `fail(text)` naming all that is wrong.

    A name that no field has is wrong when `strict`, else ignored. Defaults are not filled in, since an
    option's default may speak of other options.
    """
    problems = [unknown_name(name, fields) for name in given if name not in fields] if strict else []
    values: dict[str, Any] = {}
    for name, each in fields.items():
        value = each.coerced(given.get(name))
        if value is None or value == "":
            values[name] = None
            if each.required and each.default is None:
                problems.append(each.missing)
            continue
        problems += each.problems(value)
        values[name] = value
    if problems:
        raise fail("; ".join(problems))
    return values


def unknown_name(name: str, known: Iterable[str], kind: str = "") -> str:
    """Return one sentence on a name that nobody knows, with the nearest that is known."""
    names = sorted(known)
    near = get_close_matches(name, names, 1)
    advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names) or 'none'}"
    return f"{kind or 'name'} {name!r} is unknown; {advice}"


def read_fields(data: Mapping[str, Any], where: str) -> dict[str, Field]:
    """Read the fields of one part of a spec; raises `SpecError` naming the part."""
    try:
        return {name: Field.from_spec(name, each) for name, each in data.items()}
    except TypeError as error:
        raise SpecError(f"{where}: {error}") from error


def _read_bool(text: str) -> bool | None:
    word = text.casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def _read_number(text: str) -> float | int | None:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _read_list(text: str) -> list[Any]:
    found = _read_json(text)
    return found if isinstance(found, list) else [word.strip() for word in text.split(",")]


_READERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "boolean": _read_bool,
        "integer": _read_number,
        "number": _read_number,
        "object": _read_json,
        "array": _read_list,
    }
)
