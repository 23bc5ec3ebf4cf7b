"""How many lives are played, and from which seed; `make properties` asks for more."""

from __future__ import annotations

import os

EXAMPLES = int(os.environ.get("FLOWS_EXAMPLES", "1000"))
SEED = int(os.environ.get("FLOWS_SEED", "3"))
