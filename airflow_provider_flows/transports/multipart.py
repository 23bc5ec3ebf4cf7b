"""A multipart/form-data body (RFC 7578) of one file that is read as it is sent, never held whole."""

from __future__ import annotations

import io
import secrets
from typing import IO

from airflow_provider_flows.protocol.messages import FilePart


class MultipartBody(io.RawIOBase):
    """The body as a file that both HTTP libraries can stream, since its length is known beforehand."""

    def __init__(self, part: FilePart) -> None:
        super().__init__()
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{_quoted(part.field_name)}"; filename="{_quoted(part.file_name)}"\r\n'
            f"Content-Type: {part.content_type}\r\n\r\n"
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        self.len = len(head) + part.size + len(tail)  # the name that `requests` looks for
        self._file: IO[bytes] = part.open()
        self._sources: list[IO[bytes]] = [io.BytesIO(head), self._file, io.BytesIO(tail)]
        self._position = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def tell(self) -> int:
        """Return how much was read; `requests` takes it off the length."""
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed has WriteableBuffer
        """Fill the buffer with the next bytes; return how many, 0 at the end."""
        while self._sources:
            chunk = self._sources[0].read(len(buffer))
            if chunk:
                buffer[: len(chunk)] = chunk
                self._position += len(chunk)
                return len(chunk)
            self._sources.pop(0)
        return 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def _quoted(name: str) -> str:
    """Escape a name as browsers do (https://html.spec.whatwg.org/#multipart-form-data)."""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
