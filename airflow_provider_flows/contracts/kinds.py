"""Of which JSON type the value of a `${…}` is, where that is known before anything runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.pipelines.references import DAG_RUN
from airflow_provider_flows.platforms.holes import Hole, split

Kinds = frozenset[str]
_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_TEXT: Kinds = frozenset({"string"})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the values that a step may speak of.

    :param params: the pipeline's, JSON Schemas by name
    :param items: those of the step's `for_each` where they are written out, else None
    """

    params: Mapping[str, Mapping[str, Any]]
    items: tuple[Any, ...] | None = None

    def of_text(self, text: str) -> Kinds | None:
        """Return the types that a text of a pipeline may turn into, None where nobody knows."""
        parts = split(text)
        if len(parts) == 1 and isinstance(parts[0], Hole):
            return self._of_expression(parts[0].text.strip())
        return _TEXT

    def _of_expression(self, text: str) -> Kinds | None:  # noqa: PLR0911 - one for each kind of name
        if not _PATH.fullmatch(text):
            return None
        match text.split("."):
            case ["params", name] if name in self.params:
                return declared(self.params[name])
            case ["item"] if self.items is not None:
                return frozenset(kind_of(each) for each in self.items)
            case ["index"]:
                return frozenset({"integer"})
            case ["steps", _, "results"]:
                return frozenset({"array"})
            case ["vars", _] | ["steps", _, "run_id" | "link"]:
                return _TEXT
            case ["dag_run", name] if name in DAG_RUN and name != "conf":
                return _TEXT
        return None


def declared(schema: Mapping[str, Any]) -> Kinds | None:
    """Return the types that a JSON Schema allows, None for any."""
    kinds = schema.get("type")
    if kinds is None and isinstance(schema.get("enum"), list):
        return frozenset(kind_of(each) for each in schema["enum"])
    if not isinstance(kinds, str | list):
        return None
    return frozenset([kinds] if isinstance(kinds, str) else map(str, kinds))


def kind_of(value: Any) -> str:
    """Return the JSON type of a value."""
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "integer", float: "number", list: "array", tuple: "array", dict: "object"}
    return "null" if value is None else names.get(type(value), "object")


def may_be(given: Kinds, wanted: Kinds) -> bool:
    """Whether a value of one of these types may be of one of those; a whole number is a number."""
    wider = wanted | {"integer"} if "number" in wanted else wanted
    return bool(given & wider) or ("number" in given and "integer" in wanted)
