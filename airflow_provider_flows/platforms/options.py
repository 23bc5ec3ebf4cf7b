"""The options of one run: checked against the spec, filled up with its defaults."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import unquote, unquote_plus, urlsplit

from airflow_provider_flows.platforms.expressions import compiled, expression, filled
from airflow_provider_flows.platforms.fields import Field, checked
from airflow_provider_flows.platforms.inputs import json_problems, plain_json
from airflow_provider_flows.platforms.specs import PlatformSpec
from airflow_provider_flows.protocol.errors import OptionsError
from airflow_provider_flows.protocol.secrecy import HIDDEN, Scrubber
from airflow_provider_flows.schemas import violations


def evaluated_options(
    spec: PlatformSpec, options: Any, names: Mapping[str, Any], only: Collection[str] | None = None
) -> dict[str, Any]:
    """Return every option of the spec (or `only` some) with its value, None where it has none.

    Raises `OptionsError` naming each option that is unknown, missing, or of a wrong type. `names` are what
    a default may speak of, beside the options that stand before it in the spec.
    """

    def fail(text: str) -> OptionsError:
        return OptionsError(f"{spec.title}: option {text}")

    if not isinstance(options, Mapping):
        raise OptionsError(f"options must be a mapping of names to values, not {type(options).__name__}")
    if problems := list(json_problems(options, "options")):
        raise OptionsError(f"{spec.title}: {'; '.join(problems)}")
    fields = {name: each for name, each in spec.options.items() if only is None or name in only}
    for variant, name in spec.options_of_variants:
        if name in options and name not in spec.options:
            raise fail(f"{name!r} exists only with variant={variant!r}")
    values = checked(fields, plain_json(options), fail, strict=True)
    for name, each in fields.items():
        if values[name] is None and each.default is not None:
            default = compiled(each.default, partial(spec.document.where, "options", name, "default"))
            values[name] = filled(default, {**names, "options": values})
        if values[name] is None and each.required:
            raise fail(each.missing)
    return values


def secret_parts(fields: Mapping[str, Field], options: Mapping[str, Any]) -> list[str]:
    """Return the texts in the options that nobody may read: what a field's `mask` finds in its value.

    Of an address these are the values of its query and its password; of a mapping all of its values. Needs
    no checked options: of what it cannot read it returns the whole.
    """
    found: set[str] = set()
    for name, each in fields.items():
        if each.mask and options.get(name) is not None:
            value = each.coerced(options[name])
            is_odd = violations({"type": list(each.types)}, value)
            mask = expression(each.mask, f"option {name}")
            found.update(_texts(value) if is_odd else _masked(mask(value)))
    return sorted(found, key=len, reverse=True)


def without_secrets(fields: Mapping[str, Field], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the options for people to see, with `***` for each secret part."""
    secrets = secret_parts(fields, options)
    return {
        name: _hidden(fields[name].coerced(value), secrets) if name in fields and fields[name].mask else value
        for name, value in options.items()
    }


def _hidden(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _hidden(member, secrets) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(item, secrets) for item in value]
    text = str(value)
    if text in secrets:
        return HIDDEN
    shown = Scrubber(secrets)(text)
    for secret in secrets:  # in an address, the short ones too
        shown = shown.replace(f"={secret}", f"={HIDDEN}")
    return value if shown == text else shown


def _masked(parts: Any) -> Iterator[str]:
    """Yield the secrets of what a mask found: a list of addresses, mappings and texts."""
    for part in parts if isinstance(parts, list) else [parts]:
        yield from _in_address(part) if isinstance(part, str) and "://" in part else _texts(part)


def _in_address(address: str) -> Iterator[str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        yield address
        return
    if parts.password:
        yield from {parts.password, unquote(parts.password)}
    for pair in parts.query.split("&"):
        raw = pair.partition("=")[2]
        yield from {raw, unquote_plus(raw)} - {""}


def _texts(value: Any) -> Iterator[str]:
    """Yield every value in the value as a text; null, true and false are no secrets."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
