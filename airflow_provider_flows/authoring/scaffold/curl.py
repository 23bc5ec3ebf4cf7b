"""Reads lines for curl, as vendors' pages show them. No secret that stands in one is kept.

The options are curl's own: https://curl.se/docs/manpage.html. Those that say nothing of the request are
passed over; one that nobody knows here is an error, since it may say something of it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from airflow_provider_flows.authoring.scaffold.operations import Operation, ScaffoldError, path_parts

_METHOD, _URL, _HEADER, _DATA, _FORM, _USER, _BARE, _WITH = (
    "method",
    "url",
    "header",
    "data",
    "form",
    "user",
    "",
    "+",
)
_SAYING_NOTHING = (
    "-s", "-S", "-L", "-k", "-v", "-i", "-f", "-g", "-sS", "-sSL", "-fsSL", "-sL", "--silent", "--show-error",
    "--location", "--insecure", "--verbose", "--include", "--fail", "--compressed", "--globoff", "--http1.1",
    "--http2",
)  # fmt: skip
_WITH_A_VALUE = (
    "-o", "--output", "-m", "--max-time", "--connect-timeout", "-A", "--user-agent", "--retry", "-w",
    "--write-out", "--cacert",
)  # fmt: skip
_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "-X": _METHOD, "--request": _METHOD, "--url": _URL, "-H": _HEADER, "--header": _HEADER,
        "-d": _DATA, "--data": _DATA, "--data-raw": _DATA, "--data-binary": _DATA, "--data-ascii": _DATA,
        "--json": "json",
        "-F": _FORM, "--form": _FORM, "-u": _USER, "--user": _USER,
        "-G": "get", "--get": "get", "-I": "head", "--head": "head",
        **dict.fromkeys(_SAYING_NOTHING, _BARE), **dict.fromkeys(_WITH_A_VALUE, _WITH),
    }
)  # fmt: skip
_ABOUT_BODY = frozenset({"content-type", "accept", "content-length", "user-agent", "host"})


def read_curl(text: str) -> Operation:
    """Return the call that a line for curl makes; raises `ScaffoldError` for what is none."""
    try:
        words = shlex.split(text.replace("\\\r\n", " ").replace("\\\n", " "), comments=False)
    except ValueError as error:
        raise ScaffoldError(f"the line for curl can't be read as a shell reads it: {error}") from error
    if not words or words[0] != "curl":
        raise ScaffoldError(
            "a line for curl begins with `curl`; put all of it into single quotes, or into a file: @FILE"
        )
    given: dict[str, list[str]] = {}
    for kind, value in _options(iter(words[1:])):
        given.setdefault(kind, []).append(value)
    urls = given.get(_URL, [])
    if len(urls) != 1:
        raise ScaffoldError(f"the line for curl must have one address, and has {len(urls)}")
    return _operation(urls[0], given)


def _options(words: Iterator[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        name, equals, value = word.partition("=")
        if word.startswith("--") and equals and name in _OPTIONS:
            yield _OPTIONS[name], value
        elif word[:2] in _OPTIONS and not word.startswith("--") and len(word) > 2 and word not in _OPTIONS:
            yield _OPTIONS[word[:2]], word[2:]
        elif word not in _OPTIONS:
            if word.startswith("-"):
                note = "take it away if the request is the same without it"
                raise ScaffoldError(f"the option {word} of curl is not known here: {note}")
            yield _URL, word
        elif _OPTIONS[word] in {_BARE, "get", "head"}:
            yield _OPTIONS[word], ""
        elif (following := next(words, None)) is None:
            raise ScaffoldError(f"the line for curl ends after {word}")
        elif _OPTIONS[word] != _WITH:
            yield _OPTIONS[word], following


def _operation(url: str, given: Mapping[str, list[str]]) -> Operation:
    address = url if "://" in url else f"https://{url}"
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ScaffoldError(f"{url!r} is no address of http or https")
    headers = {
        name.strip(): value.strip()
        for name, _, value in (each.partition(":") for each in given.get(_HEADER, []))
    }
    body, file_part = _body(given)
    has_body = bool({_DATA, "json", _FORM} & set(given)) and "get" not in given
    return Operation(
        method=given.get(_METHOD, ["POST" if has_body else "GET"])[0].upper(),
        origin=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        path=path_parts(parts.path),
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers={name: value for name, value in headers.items() if name.lower() not in _ABOUT_BODY},
        user=_USER in given,
        body=body,
        file_part=file_part,
    )


def _body(given: Mapping[str, list[str]]) -> tuple[Any, str]:
    """Return the JSON body, and the name of a form's part that holds a file."""
    if _FORM in given:
        files = [
            name for name, _, value in (each.partition("=") for each in given[_FORM]) if value.startswith("@")
        ]
        if len(files) != 1 or len(given[_FORM]) != 1:
            raise ScaffoldError("of forms only one part with a file is known: -F name=@file")
        return None, files[0]
    texts = [*given.get(_DATA, []), *given.get("json", [])]
    if not texts:
        return None, ""
    text = "".join(texts).strip()
    if text.startswith("@"):
        raise ScaffoldError(f"the body stands in the file {text[1:]}: put its JSON into the line itself")
    try:
        return json.loads(text), ""
    except ValueError as error:
        raise ScaffoldError(
            f"the body of the line for curl is not JSON: {error}; a spec sends JSON"
        ) from error
