"""Which secrets a bench has used, and the search for them in all that Airflow wrote meanwhile."""

from __future__ import annotations

from airflow_provider_flows.emulator.connections import airflow_connections
from tests.faults.bench import Bench
from tests.faults.secrets_search import MINTED_TOKEN, Found, search, secrets_of
from tests.faults.session import CALLBACK_SECRET


def search_secrets(bench: Bench) -> Found:
    """Search all logs and the whole database for every secret that was used; the database must be up."""
    folders = [bench.home / "logs", bench.home / "processes"]
    used = secrets_of(airflow_connections(bench.emulator.url)) | {CALLBACK_SECRET, MINTED_TOKEN}
    return search(used, folders, bench.database_url, [bench.fernet_key])
