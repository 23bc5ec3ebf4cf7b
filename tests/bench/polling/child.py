"""One measurement in a process of its own, `python -m tests.bench.polling.child`: JSON in, JSON out.

Nothing else of the bench runs in this process, so that all that it costs is the cost of what it measures.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from importlib import import_module
from typing import Any

from tests.bench.polling.nginx import Server
from tests.bench.polling.sides import Place

_MEASURES = {"polls", "creating", "memory", "lookups"}


def main() -> None:
    """Do what the order says and print what was measured."""
    order: dict[str, Any] = json.load(sys.stdin)
    if order["measure"] not in _MEASURES:
        raise ValueError(f"no measure: {order['measure']}")
    server = Server(**order["server"])
    place = Place(server.address(tls=order["tls"]), server.authority, order["pause"])
    for module in ("sides", "peers"):
        os.environ.update(import_module(f"tests.bench.polling.{module}").environment(place))
    measure = import_module(f"tests.bench.polling.measure_{order['measure']}").measure
    answer = asyncio.run(measure(server, place, order))
    print(json.dumps(answer), flush=True)
    # Ending ten thousand pollers one by one is no part of any figure.
    os._exit(0)


if __name__ == "__main__":
    main()
