"""A small server for the platform of this check: `python server.py PORT`."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "planted-acme-key"
_RUNS: dict[str, dict[str, Any]] = {}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = self.path.split("/")[2:]
        if parts == ["me"]:
            self._answer(200, {"name": "robot friend"})
        elif len(parts) == 4 and parts[:1] + parts[2:3] == ["sites", "runs"] and parts[3] in _RUNS:
            run = _RUNS[parts[3]]
            run["looks"] += 1
            over = run["looks"] > 2
            outcome = {"sorted": run["inputs"].get("plate"), "speed": run["speed"], "site": parts[1]}
            self._answer(200, {"phase": "parked", "outcome": outcome} if over else {"phase": "moving"})
        else:
            self._answer(404, {"message": f"nothing at {self.path}"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        parts = self.path.split("/")[2:]
        if len(parts) == 5 and (parts[0], parts[2], parts[4]) == ("sites", "routines", "runs"):
            run_id = f"r-{len(_RUNS) + 1}"
            _RUNS[run_id] = {"looks": 0, **body}
            self._answer(201, {"run": run_id})
        else:
            self._answer(404, {"message": f"nothing at {self.path}"})

    def _answer(self, status: int, answer: dict[str, Any]) -> None:
        if self.headers.get("X-Acme-Key") != KEY:
            status, answer = 401, {"message": "no such key"}
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing: what is asked is no news."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler).serve_forever()
