"""Requests as lines for curl."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from airflow_provider_flows.protocol.messages import Request

_NEXT = " \\\n  "


def as_curl(request: Request, path: str = "") -> str:
    """Return the command that sends a request, from which a shell reads what is there and nothing else.

    :param path: of the file that a multipart body holds
    """
    return _NEXT.join(["curl", *_arguments(request, path)])


def _arguments(request: Request, path: str) -> Iterator[str]:
    yield f"--request {request.method} {shlex.quote(request.url)}"
    for name, value in request.headers.items():
        yield f"--header {shlex.quote(f'{name}: {value}')}"
    if request.file is not None:
        part = f"{request.file.field_name}=@{path};type={request.file.content_type}"
        yield f"--form {shlex.quote(part)}"
    if request.body is not None:
        yield f"--data-raw {shlex.quote(_readable(request.body))}"


def _readable(body: bytes) -> str:
    """Return a body as text, the letters of JSON as they are instead of by their numbers."""
    text = body.decode()
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text
