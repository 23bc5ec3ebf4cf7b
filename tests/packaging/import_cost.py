"""`make import-cost`: what the package adds to the start of every Airflow process.

Airflow imports the package and calls `get_provider_info()` in each of its processes. Measured is the time of
our own modules: what they import of others is loaded before the clock starts, since Airflow loads it anyway.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

TIMES = 10
MOST = 1 / 20

CALL = "import airflow_provider_flows; airflow_provider_flows.get_provider_info()"
NAMES_OF_OTHERS = f"""
import sys
before = set(sys.modules)
{CALL}
others = set(sys.modules) - before
print(*sorted(name for name in others if name.partition('.')[0] != 'airflow_provider_flows'))
"""
MEASURE = """
import contextlib, importlib, sys, time
for name in sys.argv[1:]:
    with contextlib.suppress(ImportError):  # what an extension module put there under a name of its own
        importlib.import_module(name)
start = time.perf_counter()
{}
print(time.perf_counter() - start)
"""


def main() -> int:
    """Measure in fresh processes, print the best of each, and give 1 if ours is too much."""
    with tempfile.TemporaryDirectory() as home:
        others = _run(home, NAMES_OF_OTHERS).split()
        ours = min(float(_run(home, MEASURE.format(CALL), *others)) for _ in range(TIMES))
        airflow = min(float(_run(home, MEASURE.format("import airflow.sdk"))) for _ in range(TIMES))
    print(f"import airflow.sdk: {airflow * 1000:.0f} ms, best of {TIMES}")
    print(f"our modules and get_provider_info(): {ours * 1000:.1f} ms, best of {TIMES}")
    print(f"import-cost: {ours / airflow:.1%} of Airflow's, at most {MOST:.0%}")
    return 0 if ours <= airflow * MOST else 1


def _run(home: str, program: str, *arguments: str) -> str:
    own = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=own | {"AIRFLOW_HOME": home},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


if __name__ == "__main__":
    sys.exit(main())
