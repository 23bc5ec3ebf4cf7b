"""A multipart/form-data body (RFC 7578) of one file that is read as it is sent, never held whole."""

from __future__ import annotations

import io
import secrets
from typing import IO

from airflow_provider_flows.protocol.errors import InputsError
from airflow_provider_flows.protocol.messages import FilePart


class MultipartBody(io.RawIOBase):
    """The body as a file that both HTTP libraries can stream, since its length is known beforehand.

    Raises `InputsError` if the file cannot be opened.
    """

    def __init__(self, part: FilePart) -> None:
        super().__init__()
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        names = f'name="{_quoted(part.field_name)}"; filename="{_quoted(part.file_name)}"'
        lines = (
            f"--{boundary}",
            f"Content-Disposition: form-data; {names}",
            f"Content-Type: {part.content_type}",
            "\r\n",
        )
        head = "\r\n".join(lines).encode(errors="replace")
        tail = f"\r\n--{boundary}--\r\n".encode()
        self.len = len(head) + part.size + len(tail)
        self._name = part.file_name
        self._file = _opened(part)
        self._sources: list[tuple[IO[bytes], int]] = [
            (io.BytesIO(head), len(head)),
            (self._file, part.size),
            (io.BytesIO(tail), len(tail)),
        ]
        self._position = 0

    def tell(self) -> int:
        """Return how much was read; urllib3 asks before it sends."""
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed has WriteableBuffer
        """Fill the buffer with the next bytes; return how many, 0 at the end."""
        while self._sources:
            source, left = self._sources[0]
            chunk = source.read(min(len(buffer), left))
            if chunk:
                buffer[: len(chunk)] = chunk
                self._sources[0] = (source, left - len(chunk))
                self._position += len(chunk)
                return len(chunk)
            if left:
                raise OSError(f"the file {self._name!r} became shorter while it was sent")
            self._sources.pop(0)
        return 0

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._file.close()
        super().close()


def _opened(part: FilePart) -> IO[bytes]:
    try:
        return part.open()
    except OSError as error:
        raise InputsError(f"the file {part.file_name!r} cannot be read: {error}") from error


def _quoted(name: str) -> str:
    """Escape a name as browsers do (https://html.spec.whatwg.org/#multipart-form-data)."""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
