"""An answer as it arrives, told alike whichever library receives it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping

from airflow_provider_flows.protocol.errors import OversizedError, ResponseLostError
from airflow_provider_flows.protocol.messages import Request

CHUNK = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class Body:
    """Collects the pieces of a body, unpacked; raises `OversizedError` as soon as they are too many."""

    def __init__(self, request: Request, encoding: str) -> None:
        self._request = request
        self._pieces: list[bytes] = []
        self._room = request.max_response_bytes
        packed = encoding.strip().lower() in {"gzip", "x-gzip"}
        self._unpacker = zlib.decompressobj(_GZIP) if packed else None

    def add(self, piece: bytes) -> None:
        """Take the next piece as it came over the wire."""
        if self._unpacker is not None:
            piece = self._unpacked(self._unpacker, piece)
        self._room -= len(piece)
        if self._room < 0:
            limit = self._request.max_response_bytes
            raise OversizedError(
                f"the answer is larger than max_response_bytes ({limit}) of the connection", self._request
            )
        self._pieces.append(piece)

    def whole(self) -> bytes:
        """Return the body once all of it is there; raises `ResponseLostError` if its end is missing."""
        body = b"".join(self._pieces)
        if self._unpacker is not None and self._pieces and not self._unpacker.eof:
            raise ResponseLostError("the answer was cut off: its gzip data has no end", self._request)
        return body

    def _unpacked(self, unpacker: zlib._Decompress, piece: bytes) -> bytes:
        try:
            return unpacker.decompress(piece, self._room + 1)  # a small piece may unpack to gigabytes
        except zlib.error as error:
            raise ResponseLostError(f"the answer is broken gzip data: {error}", self._request) from error


class RawHeaders(Mapping[str, str]):
    """Headers as they came, read when somebody asks for one: of most answers nobody does."""

    __slots__ = ("_raw", "_texts")

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._raw = raw
        self._texts: dict[str, str] | None = None

    def __getitem__(self, name: str) -> str:
        return self._read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def _read(self) -> dict[str, str]:
        if self._texts is None:
            self._texts = header_texts(self._raw)
        return self._texts


def header_texts(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by their names in lower case; those of one name are joined as RFC 9110 §5.3 says."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        key, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers
