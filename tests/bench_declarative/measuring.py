"""Takes every time in a process of its own, the sides of a ratio in turns."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_provider_flows.demo.environment import plain_environment
from tests.bench_declarative.child import OURS, THEIRS
from tests.bench_declarative.ratios import Ratio, Side
from tests.bench_declarative.shapes import (
    STEPS,
    dag_id,
    pipeline_text,
    write_dag_factory,
    write_ours,
    write_python,
    write_stubbed,
)

DAGS = 200
FEW = 10
_BUILDS = 5  # repeats of each
_FINDS = 11
_COMMANDS = 25
_CHILD = Path(__file__).with_name("child.py")


class WrongError(Exception):
    """What was measured is not what it should have been."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the files are, and the environment of every process that is measured."""

    folder: Path
    environment: Mapping[str, str]

    def builds(self) -> tuple[Ratio, ...]:
        """Return how long 200 pipelines take against plain Python, and against dag-factory."""
        write_stubbed(self.folder / "stubs", DAGS)
        write_ours(self.folder / "loader", DAGS)
        write_python(self.folder / "python", DAGS)
        write_dag_factory(self.folder / "dag-factory", DAGS)
        self._run([_script("airflow-flows"), "sync", self._at("stubs")])
        cases = {
            f"{DAGS} pipelines, each with its stub": ("build", self._at("stubs")),
            f"{DAGS} pipelines with load_dags": ("build", self._at("loader")),
            "the same in plain Python": ("build", self._at("python")),
            f"{DAGS} pipelines with load_dags, once our modules are imported": (
                "build", self._at("loader"), *OURS,
            ),
            "the same for dag-factory, once its modules are imported": (
                "build", self._at("dag-factory"), *THEIRS,
            ),
        }  # fmt: skip
        taken = self._in_turns(cases)
        made = {name: (told["dags"], told["tasks"], told["digest"]) for name, (_, told) in taken.items()}
        if {(len(dags), tasks) for dags, tasks, _ in made.values()} != {(DAGS, DAGS * STEPS)}:
            raise WrongError(f"not {DAGS} DAGs of {STEPS} steps: {made}")
        if len({digest for _, _, digest in made.values()}) > 1:
            raise WrongError("the DAGs of the ways differ")
        stubs, loader, python, ready, factory = (Side(name, seconds) for name, (seconds, _) in taken.items())
        return Ratio("a", (stubs, loader), python, 2.0), Ratio("b", (ready,), factory, 0.5)

    def finding(self) -> tuple[Ratio, ...]:
        """Return how long one DAG of 200 takes a worker against one of 10."""
        cases = {}
        for named, kind in ((True, "named for it"), (False, "of another name")):
            for dags in (DAGS, FEW):
                folder = self.folder / f"find-{named}-{dags}"
                write_ours(folder, dags, named=named)
                cases[dags, kind] = ("find", str(folder), dag_id(dags - 1))
        taken = self._in_turns(cases, _FINDS)
        for (dags, _), (_, told) in taken.items():
            if told["dags"] != [dag_id(dags - 1)]:
                raise WrongError(f"a worker did not get the one DAG but {told['dags']}")
        ratios = [
            Ratio(
                "c",
                (Side(f"one DAG of {DAGS}, in a file {kind}", taken[DAGS, kind][0]),),
                Side(f"one DAG of {FEW}, in a file {kind}", taken[FEW, kind][0]),
                1.2,
            )
            for kind in ("named for it", "of another name")
        ]
        return (max(ratios, key=lambda each: each.value),)

    def linting(self) -> tuple[Ratio, ...]:
        """Return how long the lint of 100 steps takes against the parse of its YAML."""
        ((seconds, told),) = self._in_turns({"lint": ("lint",)}).values()
        ours = Side("lint of a file of 100 steps", seconds)
        return (Ratio("d", (ours,), Side("yaml.compose of it, with CSafeLoader", told["composed"]), 20.0),)

    def command(self) -> tuple[Ratio, ...]:
        """Return how long the lint command takes against a Python that only imports two libraries."""
        file = self.folder / "small.flow.yaml"
        file.write_text(pipeline_text("small", 0))
        commands = {
            "airflow-flows lint of a file of 5 steps": [_script("airflow-flows"), "lint", str(file)],
            "python -c 'import yaml, jsonschema'": [sys.executable, "-c", "import yaml, jsonschema"],
        }
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for repeat in range(_COMMANDS + 1):
            for name, command in commands.items():
                start = _processor_seconds()
                self._run(command)
                if repeat:  # the first one warms up
                    taken[name].append(_processor_seconds() - start)
        ours, other = (Side(name, seconds) for name, seconds in taken.items())
        return (Ratio("e", (ours,), other, 1.8),)

    def _in_turns(
        self, cases: Mapping[Any, Sequence[str]], repeats: int = _BUILDS
    ) -> dict[Any, tuple[list[float], dict[str, Any]]]:
        """Run each case in turn, several times over, and return its times and what it told last."""
        taken: dict[Any, tuple[list[float], dict[str, Any]]] = {case: ([], {}) for case in cases}
        for repeat in range(repeats + 1):
            for case, arguments in cases.items():
                told = json.loads(self._run([sys.executable, str(_CHILD), *arguments]).splitlines()[-1])
                seconds, last = taken[case]
                if not repeat:  # the first one compiles what is imported
                    continue
                seconds += told.pop("seconds")
                for name, value in told.items():
                    last[name] = last.get(name, []) + value if name == "composed" else value
        return taken

    def _at(self, name: str) -> str:
        return str(self.folder / name)

    def _run(self, command: Sequence[str]) -> str:
        done = subprocess.run(
            command, env=dict(self.environment), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise WrongError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout


def environment(inherited: Mapping[str, str], home: str) -> dict[str, str]:
    """Return the variables of a process that is measured: Airflow as it comes, and no telemetry."""
    return plain_environment(inherited) | {
        "AIRFLOW_HOME": home,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",  # dag-factory writes two lines for each file
        "AIRFLOW__DAG_FACTORY__ENABLE_TELEMETRY": "False",
        "DO_NOT_TRACK": "1",
        "SCARF_NO_ANALYTICS": "1",
        "PYTHONWARNINGS": "ignore",
    }


def _processor_seconds() -> float:
    """Return what all processes together have taken that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))
