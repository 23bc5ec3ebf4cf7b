"""Named values that people give: connection fields and options, declared in specs and checked here."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from airflow_provider_flows.platforms.inputs import json_problems
from airflow_provider_flows.schemas import path_text, violations

OURS = frozenset(
    {"title", "description", "default", "required", "secret", "placeholder", "mask", "hint", "variable"}
)
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
    variable: str = ""  # of the environment, in which the vendor's own tools expect the value
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})

    @classmethod
    def from_spec(cls, name: str, data: Mapping[str, Any]) -> Field:
        """Read one field of a spec; what is not ours is JSON Schema."""
        ours = {key: value for key, value in data.items() if key in OURS}
        schema = {key: value for key, value in data.items() if key not in OURS}
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
        if isinstance(value, float) and value.is_integer() and "integer" in self.types:
            return int(value)
        if not isinstance(value, str) or "string" in self.types:
            return value
        text = value.strip()
        if not text:
            return None
        found = (_READERS[kind](text) for kind in self.types)
        return next((each for each in found if each is not None), value)

    def problems(self, value: Any) -> list[str]:
        """Return what is wrong with the value, each as one sentence without the value if it is secret."""
        hint = f"; {self.hint}" if self.hint else ""
        if self.secret and isinstance(value, str) and not is_sendable(value):
            return [
                f"{self.name} ({self.title}) begins or ends with a space, or holds an odd character{hint}"
            ]
        if problems := list(json_problems(value, self.name)):
            return problems
        found = violations(self.schema, value)
        if found and (self.secret or self.mask):
            return [f"{self.name} ({self.title}) is malformed{hint}"]
        return [f"{self.name}{path_text(path)}: {text}{hint}" for path, text in found]


def checked(
    fields: Mapping[str, Field], given: Mapping[str, Any], fail: Callable[[str], Exception], *, strict: bool
) -> dict[str, Any]:
    """Return the given values, coerced, with every field present.

    Raises `fail(text)`, its text naming all that is wrong. A name that no field has is wrong when `strict`,
    else ignored. Defaults are not filled in, since an option's default may speak of other options.
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


def is_sendable(secret: str) -> bool:
    """Whether a secret can stand in a header, and is not a slip of copying."""
    return secret == secret.strip() and secret.isprintable() and secret.isascii()


def unknown_name(name: object, known: Iterable[str], kind: str = "") -> str:
    """Return one sentence on a name that nobody knows, with the nearest that is known."""
    names = sorted(known)
    near = get_close_matches(str(name), names, 1)
    advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names) or 'none'}"
    return f"{kind} {name!r} is unknown; {advice}".strip()


def read_fields(data: Mapping[str, Any]) -> dict[str, Field]:
    """Read the fields of one part of a checked spec."""
    return {name: Field.from_spec(name, each) for name, each in data.items()}


def _read_bool(text: str) -> bool | None:
    word = text.casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def _read_number(text: str) -> float | int | None:
    found = _read_json(text)  # JSON's numbers, so no "nan" and no "1_000"
    if isinstance(found, float):
        return found if math.isfinite(found) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _read_list(text: str) -> list[Any]:
    found = _read_json(text)
    return found if isinstance(found, list) else [word for part in text.split(",") if (word := part.strip())]


_READERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "boolean": _read_bool,
        "integer": _read_number,
        "number": _read_number,
        "object": _read_json,
        "array": _read_list,
    }
)
