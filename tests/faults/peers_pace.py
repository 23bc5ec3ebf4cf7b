"""How often and how soon tasks try again and look at their runs: the same for the peers and for ours."""

from __future__ import annotations

from datetime import timedelta

RETRIES = 3
RETRY_DELAY = timedelta(seconds=2)
POLL_SECONDS = 1
READ_TIMEOUT_SECONDS = 5  # for one answer; the dbt Cloud hook would wait for ever by default
