"""The peers that meet the same faults: their DAGs, connections and what a DAG run of theirs is told.

A cell of the bench does, for each peer of `PEERS`:

1. `POST {emulator}/_emulator/flows` with `flow_for(peer, cell, seconds)`: a flow of the cell's own, so that a
   fault can be aimed at it by `platform` and `flow_id`;
2. start a run of the DAG `PEERS[peer]` with `conf_for(cell, seconds)`;
3. count the emulator's runs whose input `cell` is the cell's name.
"""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi

from tests.faults.standins_dbt import DBT_TOKEN
from tests.faults.standins_http import HTTP_TOKEN
from tests.support.certificates import make_certificates

PEERS: Mapping[str, str] = {"http": "peer_http", "dbt": "peer_dbt"}
"""The DAG of each peer's deferrable operator. Each has one task, `TASK_ID`."""
WORKER_PEERS: Mapping[str, str] = {"dbt": "peer_dbt_on_worker"}
"""The same for the operators that wait on the worker."""
PLATFORMS: Mapping[str, str] = {"http": "wisebot", "dbt": "blinkops"}
"""The emulated platform on which each peer's flows run."""
TASK_ID = "run"
PEER_DAGS = Path(__file__).with_name("peer_dags")


@dataclass(frozen=True, slots=True)
class Trust:
    """Holds the stand-ins' certificate, and the variables by which Airflow's processes trust it."""

    certificate: Path
    environment: Mapping[str, str]


def make_trust(folder: Path) -> Trust:
    """Make a certificate for 127.0.0.1, and a bundle of it and all that is trusted already."""
    made = make_certificates(folder)
    bundle = folder / "trusted.pem"
    shutil.copy(certifi.where(), bundle)
    with bundle.open("ab") as file:
        file.write(made.authority.read_bytes())
    # requests reads the first, aiohttp (by OpenSSL) the second, and both when a process starts.
    return Trust(made.server, {"REQUESTS_CA_BUNDLE": str(bundle), "SSL_CERT_FILE": str(bundle)})


def peer_connections(url: str) -> dict[str, dict[str, Any]]:
    """Give Airflow's connections to stand-ins at `url`, by id, in Airflow's JSON form."""
    return {
        "peer_http": {
            "conn_type": "http",
            "host": url,
            "extra": {"Authorization": f"Bearer {HTTP_TOKEN}"},  # an http connection's extras are headers
        },
        "peer_dbt": {
            "conn_type": "dbt_cloud",
            "host": url.removeprefix("https://"),
            "login": "1",  # the number of the account
            "password": DBT_TOKEN,
        },
    }


def conf_for(cell_name: str, seconds: float) -> dict[str, Any]:
    """Give a DAG run's conf; the DAGs read `cell` and `flow`, the rest is for whoever looks at the run."""
    return {"cell": cell_name, "flow": flow_id_for(cell_name), "seconds": seconds}


def flow_for(peer: str, cell_name: str, seconds: float) -> dict[str, Any]:
    """Give the emulator's flow for a peer's cell, ready for its control API."""
    return {"platform": PLATFORMS[peer], "flow_id": flow_id_for(cell_name), "duration": float(seconds)}


def flow_id_for(cell_name: str) -> str:
    """Name a cell's flow: a number, since dbt Cloud's jobs have numbers."""
    return str(zlib.crc32(cell_name.encode()))
