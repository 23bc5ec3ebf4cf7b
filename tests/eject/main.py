"""`make eject-check`: every example and every good file of the corpus, ejected, makes the same DAG."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

# In place of this script's own folder, whose modules are named for this check alone.
sys.path[0] = str(Path(__file__).parents[2])

PLUGINS = Path(__file__).parents[1] / "corpus" / "plugins"


def main() -> int:
    """Print what differs and what is badly written, and sum it up; return 0 only if nothing is."""
    os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(PLUGINS)  # one good file asks for a plugin's timetable
    os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "WARNING"  # Airflow tells of each file that it reads
    from tests.eject.comparing import cases, compared, ejected
    from tests.eject.style import complaints

    equal = 0
    with tempfile.TemporaryDirectory(prefix="flows-eject-") as work:
        written = Path(work, "written")
        written.mkdir()
        for case in cases():
            found = compared(case, Path(work, case.name))
            equal += not found
            _say(f"{case.name}: {each}" for each in found)
            Path(written, f"{case.name}.py").write_text(ejected(case.path), "utf-8")
        wrong = complaints(written)
    _say(wrong)
    print(f"eject-check: {equal} of {len(cases())} equal")
    return 0 if cases() and equal == len(cases()) and not wrong else 1


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
