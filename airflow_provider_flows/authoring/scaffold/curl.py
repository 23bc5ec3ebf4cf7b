"""Reads lines for curl, as vendors' pages and browsers show them. No secret that stands in one is kept.

The options are curl's own: https://curl.se/docs/manpage.html. Those that say nothing of the request are
passed over; one that nobody knows here is an error, since it may say something of it.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from airflow_provider_flows.authoring.scaffold.operations import Operation, ScaffoldError, path_parts
from airflow_provider_flows.authoring.scaffold.redaction import without_secret, without_secrets

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
    "-s", "-S", "-L", "-k", "-v", "-i", "-f", "-g", "-N", "-#", "--silent", "--show-error", "--location",
    "--insecure", "--verbose", "--include", "--fail", "--fail-with-body", "--compressed", "--globoff",
    "--no-buffer", "--http1.1", "--http2", "--progress-bar",
)  # fmt: skip
_WITH_A_VALUE = (
    "-o", "--output", "-m", "--max-time", "--connect-timeout", "-A", "--user-agent", "--retry", "-w",
    "--write-out", "--cacert", "-e", "--referer", "--retry-delay",
)  # fmt: skip
_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "-X": _METHOD, "--request": _METHOD, "--url": _URL, "-H": _HEADER, "--header": _HEADER,
        "-d": _DATA, "--data": _DATA, "--data-raw": _DATA, "--data-binary": _DATA, "--data-ascii": _DATA,
        "--json": "json",
        "-F": _FORM, "--form": _FORM, "-u": _USER, "--user": _USER, "--data-urlencode": "urlencoded",
        "-b": "cookie", "--cookie": "cookie", "--oauth2-bearer": "bearer",
        "-G": "get", "--get": "get", "-I": "head", "--head": "head",
        **dict.fromkeys(_SAYING_NOTHING, _BARE), **dict.fromkeys(_WITH_A_VALUE, _WITH),
    }
)  # fmt: skip
_NO_PART = re.compile(  # what says nothing of the call, but of the body, the browser, or this one request
    "content-type|accept(-encoding|-language)?|content-length|user-agent|host|authority|origin|referer|priority"
    "|cache-control|pragma|connection|expect|dnt|sec-.*|x-requested-with|idempotency-key|:.*"
)
_ANSI_C = re.compile(r"\$'((?:[^'\\]|\\.)*)'")  # bash's $'…', which browsers write


def read_curl(text: str) -> Operation:
    """Return the call that a line for curl makes; raises `ScaffoldError` for what is none."""
    try:
        plain = _ANSI_C.sub(_unescaped, text.replace("\\\r\n", " ").replace("\\\n", " "))
        words = shlex.split(plain, comments=False)
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
    for word in _apart(words):
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


def _apart(words: Iterator[str]) -> Iterator[str]:
    """Give words with short options that stand together apart: `-sXPOST` is `-s` and `-XPOST`."""
    for word in words:
        rest = word
        while re.match(r"-[A-Za-z#].", rest) and _OPTIONS.get(rest[:2]) in {_BARE, "get", "head"}:
            yield rest[:2]
            rest = f"-{rest[2:]}"
        yield rest


def _unescaped(found: re.Match[str]) -> str:
    """Return bash's $'…' in plain quotes."""
    inner = re.sub(r"\\(u[0-9a-fA-F]{4}|.)", _letter, found[1])
    return shlex.quote(inner)


def _letter(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] == "u" and len(code) > 1:
        return chr(int(code[1:], 16))
    return {"n": "\n", "t": "\t", "r": "\r"}.get(code, code)


def _operation(url: str, given: Mapping[str, list[str]]) -> Operation:
    address = url if "://" in url else f"https://{url}"
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise ScaffoldError(f"{url!r} is no address: {error}; write what differs as {{name}}") from error
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ScaffoldError(f"{url!r} is no address of http or https")
    headers = {
        name.strip(): value.strip()
        for name, _, value in (each.partition(":") for each in given.get(_HEADER, []))
        if value.strip() and not _NO_PART.fullmatch(name.strip().lower())
    }
    for kind, name, lead in (("cookie", "Cookie", ""), ("bearer", "Authorization", "Bearer ")):
        if kind in given:
            headers[name] = lead + given[kind][-1]
    body, file_part = _body(given)
    has_body = bool({_DATA, "json", _FORM, "urlencoded"} & set(given)) and "get" not in given
    query = parse_qsl(parts.query, keep_blank_values=True)
    if "get" in given:
        query += parse_qsl(
            "&".join([*given.get(_DATA, []), *given.get("urlencoded", [])]), keep_blank_values=True
        )
    return Operation(
        method=given.get(_METHOD, ["POST" if has_body else "GET"])[0].upper(),
        origin=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        path=path_parts(parts.path),
        query={name: without_secret(name, value) for name, value in query},
        headers=headers,
        user=_USER in given or "@" in parts.netloc,
        body=without_secrets(body),
        file_part=file_part,
    )


def _body(given: Mapping[str, list[str]]) -> tuple[Any, str]:
    """Return the JSON body, and the name of a form's part that holds a file."""
    if "get" in given:
        return None, ""
    if _FORM in given:
        files = [
            name for name, _, value in (each.partition("=") for each in given[_FORM]) if value.startswith("@")
        ]
        if len(files) != 1 or len(given[_FORM]) != 1:
            raise ScaffoldError("of forms only one part with a file is known: -F name=@file")
        return None, files[0]
    texts = [*given.get(_DATA, []), *given.get("json", []), *given.get("urlencoded", [])]
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
