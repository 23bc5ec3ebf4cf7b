"""Changes the journal, retry and state code in hundreds of small ways and sees whether a test notices each.

The last line is `mutants: K killed, S survived, E explained`; it ends 1 where a survivor has no reason in
`survivors.yaml`, or a reason no survivor. Works in a copy, on two processors or as many as `--children` says.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.mutants.survivors import outcome, reasons

ROOT = Path(__file__).parents[2]
PACKAGE = "airflow_provider_flows"
MUTATED = (
    f"{PACKAGE}/journal/*.py",
    f"{PACKAGE}/protocol/retry.py",
    f"{PACKAGE}/protocol/waiting.py",
    f"{PACKAGE}/platforms/states.py",
)
TESTS = (
    "tests/journal",
    "tests/protocol",
    "tests/platforms/test_states.py",
    "tests/properties/test_properties.py",
)
EXAMPLES = "12"  # lives for each mutant: few, since the tests beside them are the ones that ought to notice


def main() -> int:
    """Mutate, test, compare with the reasons; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=2, help="how many mutants are tested at a time")
    parser.add_argument("--folder", type=Path, help="go on in this folder and leave it there")
    given = parser.parse_args()
    if given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
        return _run(given.folder, given.children)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        return _run(Path(folder), given.children)


def _run(folder: Path, children: int) -> int:
    _copy(folder)
    environment = {
        **os.environ,
        "FLOWS_EXAMPLES": EXAMPLES,
        "PYTHONPATH": str(folder / "plugins"),
    }
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(children)]
    with (folder / "mutmut.log").open("w", encoding="utf-8") as log:
        code = subprocess.run(
            command, cwd=folder, env=environment, stdout=log, stderr=log, check=False
        ).returncode
    if code:
        print((folder / "mutmut.log").read_text("utf-8", "replace")[-3000:])
        return code
    return _judged(folder)


def _copy(folder: Path) -> None:
    """Put everything that mutmut needs into the folder, and say there what it is to do."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in (PACKAGE, "tests", "docs"):
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "plugins").mkdir(exist_ok=True)
    shutil.copy(Path(__file__).with_name("meets_pytest.py"), folder / "plugins")
    settings = {
        "source_paths": [PACKAGE],
        "only_mutate": MUTATED,
        "do_not_mutate": [f"{PACKAGE}/journal/ports.py"],
        "also_copy": ["docs"],
        "pytest_add_cli_args_test_selection": TESTS,
        "pytest_add_cli_args": ["-p", "meets_pytest", "-p", "no:cacheprovider", "-x"],
    }
    # mutmut's own multiplier, 15, lets an endless loop go on for half an hour where the machine is busy
    lines = ["[mutmut]", "use_git_change_detection=False", "timeout_multiplier=4.0"]
    for name, values in settings.items():
        lines += [f"{name}=", *(f"    {value}" for value in values)]
    (folder / "setup.cfg").write_text("\n".join(lines) + "\n", "utf-8")


def _judged(folder: Path) -> int:
    """Print every survivor with its reason, and the sums."""
    found, known = outcome(folder), reasons()
    explained = [mutant for mutant in found.survivors if mutant in known]
    for mutant in found.survivors:
        print(f"{mutant}\n  {known.get(mutant, 'NOT EXPLAINED')}")
    stale = known.keys() - set(found.survivors)
    for mutant in stale:
        print(f"explained, but killed or gone: {mutant}")
    print(f"{found.timed_out} of the killed ones ran into an endless loop")
    print(
        f"mutants: {found.killed} killed, {len(found.survivors)} survived, {len(explained)} explained",
        flush=True,
    )
    return int(len(explained) < len(found.survivors) or bool(stale))


if __name__ == "__main__":
    sys.exit(main())
