"""Searches what Airflow wrote, its logs and its whole database, for secrets that must not stand there.

Where text was encrypted (trigger arguments, variables) or compressed, it is searched as it reads then.
Airflow encrypts only if it has a `[core] fernet_key`, so give it one.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import ColumnClause, Connection, Inspector, column, create_engine, inspect, select, table

from tests.faults.secrets_spellings import spellings

EXCEPTED: Mapping[tuple[str, str], str] = {
    ("connection", "password"): "here Airflow keeps a connection's secret, encrypted",
    ("connection", "extra"): "a connection's further secrets are kept here, encrypted too",
}
"""The columns that may hold secrets encrypted, each with the reason; they are searched as they stand."""

MINTED_TOKEN = "eyJhbGciOiAibm9uZSJ9."
"""The beginning of every access token that the emulator mints, and of no other: the head is spaced oddly."""

_SECRET_NAMES = re.compile("secret|key|token|password|authorization|cookie", re.IGNORECASE)
_ENCRYPTED = re.compile(rb"gAAAA[\w-]{60,}={0,2}")  # https://github.com/fernet/spec
_SYSTEM_SCHEMAS = frozenset({"information_schema", "pg_catalog", "pg_toast"})
_ROWS_AT_ONCE = 500
_GZIP, _ZLIB = b"\x1f\x8b", b"\x78"


@dataclass(frozen=True, slots=True)
class Found:
    """Tells how many were found, where, and how much was searched. A secret is shown by its beginning."""

    count: int
    files: int
    tables: int
    places: tuple[str, ...]

    def __str__(self) -> str:
        """Return the line for people."""
        return f"secrets: {self.count} found in {self.files} files, {self.tables} tables"


def search(
    secrets: Iterable[str], folders: Iterable[Path], database_url: str, fernet_keys: Iterable[str] = ()
) -> Found:
    """Search every file below the folders and every table of the database; print the number found.

    `fernet_keys` are Airflow's, for what it encrypted. Raises ValueError if there is nothing to search, or
    something encrypted that the keys don't open: then nobody knows what stands in it.
    """
    wanted = Wanted(secrets)
    keys = [Fernet(key) for key in fernet_keys]
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    if not files:
        raise ValueError("there is no file in the folders to search")
    places = [place for file in files for place in wanted.places(_contents(file), str(file))]
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            tables = list(_tables(inspect(connection)))
            for schema, name, columns in tables:
                cells = _Cells(wanted, MultiFernet(keys) if keys else None, name)
                places += cells.search(connection, schema, columns)
    finally:
        engine.dispose()
    if not tables:
        raise ValueError("there is no table in the database to search")
    found = Found(len(places), len(files), len(tables), tuple(places))
    print(found)
    return found


def secrets_of(connections: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Give the passwords of connections in Airflow's JSON form, and the extras whose name says secret."""
    found = {fields["password"] for fields in connections.values() if fields.get("password")}
    for fields in connections.values():
        extras = fields.get("extra", {}).items()
        found |= {str(value).rpartition(" ")[2] for name, value in extras if _SECRET_NAMES.search(name)}
    return found


class Wanted:
    """Knows the secrets in all their spellings."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._spellings: dict[bytes, str] = {}
        for secret in sorted(set(secrets)):
            for spelling, kind in spellings(secret).items():
                self._spellings[spelling] = f"{secret[:4]}… ({kind})"
        if not self._spellings:
            raise ValueError("there is no secret to search for")

    def stand_in(self, content: bytes) -> list[str]:
        """Name the secrets that stand in a text, each with the spelling's kind."""
        return sorted({name for spelling, name in self._spellings.items() if spelling in content})

    def places(self, content: bytes, where: str) -> list[str]:
        """Name the secrets together with the place."""
        return [f"{name} in {where}" for name in self.stand_in(content)]


class _Cells:
    """Searches one table, cell by cell where there is something to find."""

    def __init__(self, wanted: Wanted, fernet: MultiFernet | None, table_name: str) -> None:
        self._wanted = wanted
        self._fernet = fernet
        self._table = table_name

    def search(self, connection: Connection, schema: str | None, columns: list[str]) -> Iterator[str]:
        # Columns without a type come as the driver reads them, so that no value can fail to be converted.
        untyped: list[ColumnClause[Any]] = [column(name) for name in columns]
        query = select(*untyped).select_from(table(self._table, schema=schema))
        rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
        for part in rows.partitions():
            for name, values in zip(columns, zip(*part, strict=True), strict=True):
                cells = [self._readable(_content(value), name) for value in values if value is not None]
                if self._wanted.stand_in(b"\n".join(cells)):
                    where = f"{self._table}.{name}"
                    yield from (place for cell in cells for place in self._wanted.places(cell, where))

    def _readable(self, content: bytes, column_name: str) -> bytes:
        """Add to a cell what its encrypted and compressed parts say."""
        if (self._table, column_name) in EXCEPTED:
            return content
        content = _unpacked(content)
        said = [self._decrypted(part, column_name) for part in _ENCRYPTED.findall(content)]
        return b"\n".join([content, *said])

    def _decrypted(self, token: bytes, column_name: str) -> bytes:
        try:
            return self._fernet.decrypt(token) if self._fernet else _no_key()
        except InvalidToken:
            raise ValueError(
                f"{self._table}.{column_name} holds something encrypted that the Fernet keys given do not "
                f"open: give Airflow's [core] fernet_key as fernet_keys"
            ) from None


def _no_key() -> bytes:
    raise InvalidToken


def _contents(file: Path) -> bytes:
    """Read a file, and its own name with it: a run id or a path can hold a secret too."""
    return b"\n".join([str(file).encode(), _unpacked(file.read_bytes())])


def _unpacked(content: bytes) -> bytes:
    """Return compressed bytes together with what they hold; any other as they are."""
    try:
        if content.startswith(_GZIP):
            return content + gzip.decompress(content)
        if content.startswith(_ZLIB):
            return content + zlib.decompress(content)
    except (OSError, EOFError, zlib.error):  # it only began like one, or is not written to its end
        return content + _as_far_as_it_goes(content)
    return content


def _as_far_as_it_goes(content: bytes) -> bytes:
    either_head = zlib.MAX_WBITS | 32
    try:
        return zlib.decompressobj(wbits=either_head).decompress(content)
    except zlib.error:
        return b""


def _content(value: Any) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")


def _tables(inspector: Inspector) -> Iterator[tuple[str | None, str, list[str]]]:
    """Give schema, name and columns of every table."""
    for schema in inspector.get_schema_names():
        if schema not in _SYSTEM_SCHEMAS:
            for name in inspector.get_table_names(schema):
                yield schema, name, [found["name"] for found in inspector.get_columns(name, schema)]
