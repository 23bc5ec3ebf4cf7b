"""Reads one call of an OpenAPI 3 document: https://spec.openapis.org/oas/v3.1.0. No address is followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from airflow_provider_flows.authoring.scaffold.operations import NOWHERE, Operation, ScaffoldError, path_parts
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.pipelines.near import listed

_VERBS = ("get", "post", "put", "patch", "delete")
_SAMPLES: Mapping[str, Any] = {
    "string": "<string>",
    "integer": 1,
    "number": 1.0,
    "boolean": True,
    "array": [],
    "object": {},
}
_DEEPEST = 6  # levels of an example; schemas may hold themselves
_STATES = ("state", "status", "run_status")


def read_operation(document: Any, wanted: str) -> Operation:
    """Return a call by its `operationId`, or by verb and path such as `POST /runs`.

    Raises `ScaffoldError` for a document that is no OpenAPI 3, and for a call that isn't in it.
    """
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise ScaffoldError("this is no OpenAPI 3 document: its member `openapi` must say 3.something")
    every = dict(_operations(document))
    named = {str(call["operationId"]): place for place, call in every.items() if call.get("operationId")}
    verb, _, path = wanted.partition(" ")
    place = named.get(wanted) or (verb.upper(), path.strip())
    if place not in every:
        names = [*named, *(f"{each} {where}" for each, where in every)]
        raise ScaffoldError(
            guessed(f"the document has no call `{wanted}`", wanted, names) + f" There are: {listed(names)}"
        )
    return _operation(document, place, every[place])


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    for path, item in _mapping(document.get("paths")).items():
        for verb in _VERBS:
            if isinstance(found := _mapping(item).get(verb), dict):
                shared, own = _mapping(item).get("parameters") or [], found.get("parameters") or []
                yield (verb.upper(), str(path)), {**found, "parameters": [*shared, *own]}


def _operation(document: Mapping[str, Any], place: tuple[str, str], call: Mapping[str, Any]) -> Operation:
    method, path = place
    origin, base = _server(document, call)
    parameters = [_resolved(document, each) for each in call["parameters"]]
    required = [each for each in parameters if each.get("in") == "query" and each.get("required")]
    headers, user, token_url = _signing(document, call)
    headers |= {
        str(each["name"]): f"<{each['name']}>"
        for each in parameters
        if each.get("in") == "header" and each.get("required")
    }
    schema = _json_schema(document, _resolved(document, call.get("requestBody", {})))
    body = _example(document, schema) if schema is not None else None
    answers = _mapping(call.get("responses"))
    good = [answers[code] for code in sorted(answers, key=str) if str(code).startswith("2")]
    answer = _json_schema(document, _resolved(document, good[0] if good else {}))
    return Operation(
        method=method,
        origin=origin,
        path=path_parts(f"{base}{path}", guess=False),
        query={str(each["name"]): f"<{each['name']}>" for each in required},
        headers=headers,
        user=user,
        token_url=token_url,
        body=body,
        about=_descriptions(document, schema),
        answer=_example(document, answer) if answer is not None else None,
        states=_states(document, answer),
    )


def _server(document: Mapping[str, Any], call: Mapping[str, Any]) -> tuple[str, str]:
    """Return the origin and the path of the first server."""
    servers = call.get("servers") or document.get("servers") or [{}]
    url = str(_mapping(servers[0]).get("url", ""))
    for name, variable in _mapping(_mapping(servers[0]).get("variables")).items():
        url = url.replace(f"{{{name}}}", str(_mapping(variable).get("default", name)))
    scheme, found, rest = url.partition("://")
    if not found:
        return NOWHERE, url.rstrip("/")  # a server without a host is where the document lies
    host, _, path = rest.partition("/")
    return f"{scheme}://{host}", f"/{path}".rstrip("/")


def _signing(document: Mapping[str, Any], call: Mapping[str, Any]) -> tuple[dict[str, str], bool, str]:
    """Return headers as a line for curl has them, whether HTTP Basic is used, and where tokens are had."""
    schemes = _mapping(_mapping(document.get("components")).get("securitySchemes"))
    headers: dict[str, str] = {}
    needed = call.get("security", document.get("security")) or [dict.fromkeys(schemes)]
    for name in _mapping(needed[0]):
        scheme = _resolved(document, schemes.get(name, {}))
        kind, way = scheme.get("type"), str(scheme.get("scheme", "")).lower()
        if kind == "http" and way == "basic":
            return {}, True, ""
        flows = _mapping(_mapping(scheme.get("flows")).get("clientCredentials"))
        if kind == "oauth2" and isinstance(flows.get("tokenUrl"), str):
            return {}, False, flows["tokenUrl"]
        if kind == "apiKey" and scheme.get("in") == "header":
            headers[str(scheme.get("name"))] = "<key>"
        elif (kind == "http" and way == "bearer") or kind in {"oauth2", "openIdConnect"}:
            headers["Authorization"] = "Bearer <token>"
    return headers, False, ""


def _json_schema(document: Mapping[str, Any], holder: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for kind, media in _mapping(holder.get("content")).items():
        if "json" in kind:
            found = {**_mapping(media)}
            schema = _resolved(document, _mapping(found.get("schema")))
            return {**schema, "example": found["example"]} if "example" in found else schema
    return None


def _example(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 0) -> Any:
    schema = _resolved(document, schema)
    for word in ("example", "const", "default"):
        if schema.get(word) is not None:
            return schema[word]
    if schema.get("enum"):
        return schema["enum"][0]
    branches = [_resolved(document, each) for word in ("anyOf", "oneOf") for each in schema.get(word) or []]
    if (branch := next((each for each in branches if each.get("type") != "null"), None)) is not None:
        return _example(document, branch, depth + 1) if depth < _DEEPEST else None
    properties = _properties(document, schema)
    if properties and depth < _DEEPEST:
        return {name: _example(document, each, depth + 1) for name, each in properties.items()}
    kind = schema.get("type", "object" if properties else "string")
    return _SAMPLES.get(next(iter(kind), "string") if isinstance(kind, list) else kind, "<string>")


def _properties(
    document: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 0
) -> dict[str, Mapping[str, Any]]:
    found = {str(name): _mapping(each) for name, each in _mapping(schema.get("properties")).items()}
    for part in schema.get("allOf") or []:
        if depth < _DEEPEST:
            found |= _properties(document, _resolved(document, part), depth + 1)
    return found


def _descriptions(document: Mapping[str, Any], schema: Mapping[str, Any] | None) -> dict[str, str]:
    members = _properties(document, schema) if schema is not None else {}
    resolved = {name: _resolved(document, each) for name, each in members.items()}
    return {
        name: " ".join(str(each["description"]).split())
        for name, each in resolved.items()
        if each.get("description")
    }


def _states(document: Mapping[str, Any], schema: Mapping[str, Any] | None) -> tuple[str, ...]:
    members = _properties(document, schema) if schema is not None else {}
    words = (_resolved(document, members[name]).get("enum", []) for name in _STATES if name in members)
    return tuple(str(word) for word in next(words, []))


def _resolved(document: Mapping[str, Any], node: Any, depth: int = 0) -> Mapping[str, Any]:
    """Return what a local `$ref` leads to."""
    found = _mapping(node)
    reference = found.get("$ref")
    if not isinstance(reference, str) or depth > _DEEPEST:
        return found
    if not reference.startswith("#/"):
        raise ScaffoldError(f"the document refers to {reference}: only references within it are followed")
    here: Any = document
    for part in reference[2:].split("/"):
        here = _mapping(here).get(part.replace("~1", "/").replace("~0", "~"))
    return _resolved(document, here, depth + 1)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
