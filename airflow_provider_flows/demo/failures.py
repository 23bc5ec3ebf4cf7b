"""What can end the demo before its DAG runs do."""

from __future__ import annotations


class DemoError(Exception):
    """The demo can't go on; the text says what happened, with the log lines that show why."""
