"""The search for secrets finds what is planted, wherever and however it stands."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from cryptography.fernet import Fernet

from airflow_provider_flows.emulator import FlowEmulator
from tests.faults import secrets_search
from tests.faults.peers import peer_connections
from tests.faults.secrets_search import search, secrets_of
from tests.faults.standins_dbt import DBT_TOKEN
from tests.faults.standins_http import HTTP_TOKEN

SECRET = "Planted+Secret/With?Odd&Signs=1"
KEY = Fernet.generate_key().decode()
QUIET = "gAAAA" + "x" * 80  # looks encrypted, and nobody has its key


def _in_base64(before: str) -> str:
    return base64.b64encode(f"{before}{SECRET} and more".encode()).decode()


PLANTED = {
    "plain": f"the password is {SECRET}.",
    "in a URL": f"https://127.0.0.1/?key={quote(SECRET, safe='')}&x=1",
    "in a URL, lower case": "Planted%2bSecret%2fWith%3fOdd%26Signs%3d1",
    "in JSON in JSON": json.dumps({"body": json.dumps({"key": SECRET})}),
    "in base64": _in_base64(""),
    "in base64, one later": _in_base64("x"),
    "in base64, two later": _in_base64("xx"),
    "in base64 for URLs": _in_base64("x").translate(str.maketrans("+/", "-_")),
}


class Places:
    """A folder of logs and a database, with nothing to be found."""

    def __init__(self, top: Path) -> None:
        self.logs = top / "logs"
        self.logs.mkdir()
        (self.logs / "quiet.log").write_text("nothing to see")
        self.database = top / "airflow.db"
        self.execute("create table trigger (id integer, encrypted_kwargs text, blob blob, data json)")
        self.execute("create table connection (conn_id text, password text, extra text)")
        self.execute("insert into trigger values (1, 'nothing', x'00', '{}')")

    def execute(self, statement: str, *values: object) -> None:
        connection = sqlite3.connect(self.database)
        with connection:
            connection.execute(statement, values)
        connection.close()

    def search(self) -> secrets_search.Found:
        return search([SECRET], [self.logs], f"sqlite:///{self.database}", fernet_keys=[KEY])


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Make a place with nothing to be found."""
    return Places(tmp_path)


def test_where_nothing_is_planted_nothing_is_found(places: Places, capsys: Any) -> None:
    """The line that says so tells how much was searched."""
    assert places.search() == secrets_search.Found(0, 1, 2, ())
    assert capsys.readouterr().out == "secrets: 0 found in 1 files, 2 tables\n"


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED)
def test_every_spelling_is_found_in_files_and_tables(places: Places, text: str) -> None:
    """Plain, compressed and half-written logs, texts, JSON and bytes all give it away, and are named."""
    folder = places.logs / "dag_id=x"
    folder.mkdir()
    packed = gzip.compress(text.encode())
    (folder / "attempt=1.log").write_text(f"line\n{text}\nline")
    (folder / "old.log.gz").write_bytes(packed)
    (folder / "cut.log.gz").write_bytes(packed[:-8])
    places.execute("insert into trigger values (2, ?, ?, ?)", text, zlib.compress(text.encode()), text)
    found = places.search()
    assert (found.count, found.files) == (6, 4)
    told = " ".join(found.places)
    assert all(name in told for name in ("attempt=1.log", "old.log.gz", "cut.log.gz"))
    assert all(f"trigger.{name}" in told for name in ("encrypted_kwargs", "blob", "data"))
    assert SECRET not in told


def test_what_is_encrypted_is_read(places: Places) -> None:
    """Trigger arguments are searched as they read with Airflow's key."""
    hidden = Fernet(KEY).encrypt(json.dumps({"token": SECRET}).encode()).decode()
    places.execute("insert into trigger values (2, ?, null, null)", hidden)
    assert places.search().places == ("Plan… (plain) in trigger.encrypted_kwargs",)


def test_what_nobody_can_read_ends_the_search(places: Places) -> None:
    """Without the right key nothing is said about what is encrypted."""
    places.execute("insert into trigger values (2, ?, null, null)", QUIET)
    with pytest.raises(ValueError, match=r"trigger\.encrypted_kwargs holds something encrypted"):
        places.search()
    with pytest.raises(ValueError, match="fernet_key"):
        search([SECRET], [places.logs], f"sqlite:///{places.database}")


def test_a_search_of_nothing_is_refused(places: Places, tmp_path: Path) -> None:
    """No secret, an empty one, no file or no table: none of them is a search that found nothing."""
    database = f"sqlite:///{places.database}"
    empty = tmp_path / "empty"
    empty.mkdir()
    for secrets, folder, url in (
        ([], places.logs, database),
        ([""], places.logs, database),
        ([SECRET], empty, database),
        ([SECRET], places.logs, "sqlite://"),
    ):
        with pytest.raises(ValueError, match=r"there is no|is empty"):
            search(secrets, [folder], url)


def test_only_the_columns_that_keep_them_encrypted_may_hold_them(places: Places) -> None:
    """A connection's password and extra are where secrets belong, but not as they read."""
    hidden = Fernet(KEY).encrypt(SECRET.encode()).decode()
    places.execute("insert into connection values ('c', ?, ?)", hidden, QUIET)
    assert places.search().count == 0
    places.execute("insert into connection values ('c', ?, ?)", SECRET, SECRET)
    assert places.search().places == (
        "Plan… (plain) in connection.password",
        "Plan… (plain) in connection.extra",
    )
    places.execute("insert into connection values (?, '', '')", hidden)
    assert "Plan… (plain) in connection.conn_id" in places.search().places


def test_the_secrets_are_those_of_the_connections(emulator: FlowEmulator) -> None:
    """Passwords and secret extras of the emulator's and the peers' connections are looked for, tokens too."""
    config = emulator.core.config
    assert secrets_of(emulator.connections() | peer_connections("https://127.0.0.1:1")) == {
        config.client_secret, config.scade_key, config.blinkops_key, config.wisebot_key,
        config.wisebot_webhook_secret, config.vishwa_key, DBT_TOKEN, HTTP_TOKEN,
    }  # fmt: skip
    form = {
        "grant_type": "client_credentials",
        "client_id": config.client_id,
        "client_secret": config.client_secret,
    }
    path = f"/realms/{config.tenant}/protocol/openid-connect/token"
    minted = requests.post(emulator.url + path, data=form, timeout=5).json()["access_token"]
    assert minted.startswith(secrets_search.MINTED_TOKEN)
