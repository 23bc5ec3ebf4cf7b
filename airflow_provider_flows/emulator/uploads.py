"""Reads the files of a multipart upload."""

from __future__ import annotations

import hashlib
from email.message import Message

from airflow_provider_flows.emulator.routing import Refused
from airflow_provider_flows.emulator.wire import Json, WireRequest

FIELD = "files"  # https://vishwa.ai/docs/quickstart/automation-via-api


def read_files(request: WireRequest) -> list[dict[str, Json]]:
    """Return name, content type, size and digest of each file. Invented: the refusals."""
    boundary = _boundary(request.header("content-type") or "")
    parts = _parse(request.body, boundary)
    if not parts:
        raise Refused(422, "files: field required")
    return [_file(header, content) for header, content in parts]


def _boundary(content_type: str) -> bytes:
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise Refused(415, "the content type must be multipart/form-data with a boundary")
    return boundary.encode()


def _parse(body: bytes, boundary: bytes) -> list[tuple[Message, bytes]]:
    # FastAPI's multipart parser, which Airflow brings; it leaves every byte as it is
    from python_multipart.exceptions import MultipartParseError  # only uploads need it
    from python_multipart.multipart import MultipartParser

    reader = _Reader()
    parser = MultipartParser(boundary, reader.callbacks())  # type: ignore[arg-type]
    try:
        parser.write(body)
        parser.finalize()
    except MultipartParseError as error:
        raise Refused(400, f"the body is not multipart: {error}") from error
    if not reader.ended:
        raise Refused(400, "the multipart body is cut off")
    return reader.parts


class _Reader:
    """Gathers the parts from the parser's callbacks."""

    def __init__(self) -> None:
        self.parts: list[tuple[Message, bytes]] = []
        self.ended = False
        self._header = Message()
        self._content = bytearray()
        self._name = bytearray()
        self._value = bytearray()

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": lambda data, start, end: self._content.extend(data[start:end]),
            "on_part_end": lambda: self.parts.append((self._header, bytes(self._content))),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._header = Message()
        self._content = bytearray()

    def _end_header(self) -> None:
        self._header[self._name.decode("latin-1")] = self._value.decode("utf-8", "replace")
        self._name = bytearray()
        self._value = bytearray()

    def _end(self) -> None:
        self.ended = True


def _file(header: Message, content: bytes) -> dict[str, Json]:
    field = header.get_param("name", header="content-disposition")
    if field != FIELD:
        raise Refused(422, f"{field}: unknown field")
    filename = header.get_filename()
    if not filename:
        raise Refused(422, f"{FIELD}: must be a file with a name")
    return {
        "filename": filename,
        "content_type": header.get_content_type(),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
