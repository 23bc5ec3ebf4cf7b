"""Requests as the core builds them, short to write."""

from __future__ import annotations

from typing import Any

from airflow_provider_flows.protocol.messages import FilePart, Request


def get(url: str, **named: Any) -> Request:
    """Return a GET with a short read timeout."""
    return Request(**{"purpose": "test", "method": "GET", "url": url, "read_timeout": 2.0, **named})


def post(url: str, body: bytes | None = b"{}", **named: Any) -> Request:
    """Return a POST of JSON, or of nothing."""
    headers = {"Content-Type": "application/json"} if body is not None else {}
    return get(url, **{"method": "POST", "body": body, "headers": headers, **named})


def upload(url: str, part: FilePart, **named: Any) -> Request:
    """Return a POST of one file."""
    return get(url, **{"method": "POST", "file": part, **named})
