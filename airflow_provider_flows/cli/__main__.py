"""The commands without an installed script: `python -m airflow_provider_flows.cli`."""

from __future__ import annotations

import sys

from airflow_provider_flows.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
