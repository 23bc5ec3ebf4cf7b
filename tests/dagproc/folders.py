"""The two folders of the check: the same pipelines, once with a stub for each and once with one loader."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.dagproc.judge import Wanted
from tests.dagproc.pipelines import FAULTS, FOLDER_DEFAULTS, LATER_FAULTS, Fault, good

GOOD = 20
LOADER_FOLDER = "pipelines"  # below the loader's file

_LOADER = f"""\
from airflow_provider_flows.dags import load_dags

load_dags(globals(), "{LOADER_FOLDER}")  # each of them becomes an Airflow DAG
"""


@dataclass(slots=True)
class Folder:
    """The pipelines of one way.

    :param bundle: the name of Airflow's bundle, and how the pipelines' ids begin
    :param root: the bundle's folder
    :param pipelines: where the pipeline files are, which may be below
    :param wanted: how each of them is now
    """

    bundle: str
    root: Path
    pipelines: Path
    wanted: list[Wanted] = field(default_factory=list)

    def fill(self) -> None:
        """Write all files that a person would write."""
        self.pipelines.mkdir(parents=True, exist_ok=True)
        (self.pipelines / "flows.defaults.yaml").write_text(FOLDER_DEFAULTS)
        self.wanted = [self._put(self._good(number), number) for number in range(GOOD)]
        self.wanted += [self._put(self._bad(number), fault) for number, fault in enumerate(FAULTS)]

    def change(self, at: float, rounds: int) -> list[Wanted]:
        """Mend as many files as are broken, and return how these are from now on.

        :param at: seconds on the check's clock
        :param rounds: how often all files were parsed by now
        """
        mended = [self._put(self._bad(number), number) for number in range(len(LATER_FAULTS))]
        broken = [self._put(self._good(number), fault) for number, fault in enumerate(LATER_FAULTS)]
        changed = {each.name: replace(each, since=at, round=rounds) for each in (*mended, *broken)}
        self.wanted = [changed.get(each.name, each) for each in self.wanted]
        return list(changed.values())

    def _good(self, number: int) -> str:
        return f"{self.bundle}_good_{number:02}"

    def _bad(self, number: int) -> str:
        return f"{self.bundle}_bad_{number:02}"

    def _put(self, name: str, content: int | Fault) -> Wanted:
        if isinstance(content, Fault):
            text, headline = content.text(name), content.headline(name)
        else:
            text, headline = good(name, content), None
        # Airflow must never read half a file.
        (self.pipelines / f"{name}.new").write_text(text)
        (self.pipelines / f"{name}.new").replace(self.pipelines / f"{name}.flow.yaml")
        return Wanted(name, headline)


def stub_folder(root: Path) -> Folder:
    """Return the folder whose stubs `airflow flows sync` is to write."""
    return Folder("stub", root, root)


def loader_folder(root: Path) -> Folder:
    """Return the folder with one loader, and write that."""
    root.mkdir(parents=True)
    (root / "load_pipelines.py").write_text(_LOADER)
    return Folder("loader", root, root / LOADER_FOLDER)


def bundle_settings(folders: Iterable[Folder], refresh: float, parse: float) -> Mapping[str, str]:
    """Return the variables that make Airflow's bundles of the folders.

    :param refresh: seconds between two searches for new files
    :param parse: seconds between two parses of a file
    """
    bundles = [
        {
            "name": each.bundle,
            "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
            "kwargs": {"path": str(each.root)},
        }
        for each in folders
    ]
    return {
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps(bundles),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": f"{refresh:.0f}",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": f"{parse:.0f}",
    }
