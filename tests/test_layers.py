"""Who may import whom: the layers of the design, and what may not be imported before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import airflow_provider_flows

PACKAGE = "airflow_provider_flows"
ROOT = Path(airflow_provider_flows.__file__).parent

# Each layer with those of ours that it may import, and those that it may import only inside a function.
LAYERS: dict[str, tuple[set[str], set[str]]] = {
    "protocol": (set(), set()),
    "schemas": (set(), set()),
    "platforms": ({"protocol", "schemas"}, {"outside"}),
    "transports": ({"protocol", "__init__"}, set()),
    "aside": (set(), set()),
    "hooks": ({"aside", "platforms", "transports", "protocol", "seen"}, set()),
    "contracts": ({"pipelines", "platforms", "schemas"}, set()),
    "authoring": ({"pipelines", "platforms", "protocol", "schemas"}, set()),
    "outside": ({"pipelines.diagnostics", "platforms"}, {"authoring"}),
    "journal": ({"protocol"}, set()),
    "kills": (set(), set()),
    "seen": ({"journal.doubt", "protocol"}, set()),
    "triggers": (
        {"aside", "protocol", "kills", "seen"},
        {"hooks", "operators.results", "operators.settings", "results"},
    ),
    "outcomes": ({"protocol", "journal.errors"}, set()),
    "retries": ({"journal", "outcomes", "protocol"}, set()),
    "results": ({"protocol"}, set()),
    "links": (set(), set()),
    "operators": (
        {
            "journal",
            "ahead",
            "kills",
            "links",
            "outcomes",
            "pipelines",
            "platforms",
            "protocol",
            "results",
            "retries",
            "seen",
            "triggers",
        },
        {"hooks"},
    ),
    "sensors": (
        {
            "aside",
            "links",
            "outcomes",
            "platforms",
            "protocol",
            "triggers",
            "operators.results",
            "operators.settings",
        },
        {"hooks"},
    ),
    "pipelines": ({"platforms", "protocol", "schemas"}, set()),
    "dags": ({"pipelines"}, set()),
    # each command is a module that is imported when it is called; test_importing_… holds that
    "cli": (
        {
            "__init__",
            "authoring",
            "contracts",
            "dags.files",
            "hooks",
            "journal.doubt",
            "outside",
            "pipelines",
            "platforms",
            "protocol",
            "schemas",
            "transports",
        },
        {"dags", "emulator.connections"},
    ),
    "ahead": (set(), {"platforms", "transports"}),  # and by name what it loads
    "provider_info": (set(), {"platforms.forms", "platforms.registry"}),
    "__init__": (set(), {"provider_info"}),
    "emulator": (set(), set()),
    "demo": ({"emulator.connections"}, set()),
}
ABOVE_AIRFLOW = {
    "hooks",
    "ahead",
    "kills",
    "seen",
    "outcomes",
    "retries",
    "results",
    "links",
    "triggers",
    "operators",
    "sensors",
    "dags",
    "cli",
    "demo",
}
HEAVY = ("requests", "aiohttp", "urllib3", "airflow.providers.http")
# Modules that are about such a library alone; they are imported only where a call is made.
ABOUT_HEAVY = {"hooks.sessions", "transports.punctual", "emulator.front", "emulator.server"}


@dataclass(frozen=True)
class Import:
    """One imported module, and when it is imported."""

    importer: str
    module: str
    line: int
    inside_function: bool
    for_types: bool

    @property
    def layer(self) -> str:
        return self.importer.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.module}"


def imports() -> list[Import]:
    """Return every import of the package, those inside functions too."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found += list(_imports(ast.parse(path.read_text("utf-8")), name, inside=False, for_types=False))
    return found


def _imports(node: ast.AST, importer: str, *, inside: bool, for_types: bool) -> Iterator[Import]:
    children: list[ast.AST] = []
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(importer, alias.name, node.lineno, inside, for_types)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"{importer}:{node.lineno} imports relatively, which this test cannot read"
        for alias in node.names:
            yield Import(importer, _module(node.module or "", alias.name), node.lineno, inside, for_types)
    elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        for child in node.body:
            yield from _imports(child, importer, inside=inside, for_types=True)
        children += node.orelse
    else:
        inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        children += ast.iter_child_nodes(node)
    for each in children:
        yield from _imports(each, importer, inside=inside, for_types=for_types)


def _module(module: str, name: str) -> str:
    """Return what `from module import name` imports: a module of ours where there is one of this name."""
    path = ROOT.parent.joinpath(*module.split("."), name)
    is_module = path.with_suffix(".py").exists() or (path / "__init__.py").exists()
    return f"{module}.{name}" if module.split(".", maxsplit=1)[0] == PACKAGE and is_module else module


ALL = imports()


def _allows(allowed: set[str], target: str) -> bool:
    return any(target == each or target.startswith(f"{each}.") for each in allowed)


def test_every_module_belongs_to_a_layer() -> None:
    """A new package must be put into the table before it can import anything."""
    here = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert here == set(LAYERS)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_lies_below_it(layer: str) -> None:
    """Imports of ours follow the table; what is allowed lazily stands in a function or serves types."""
    always, lazily = LAYERS[layer]
    wrong = []
    for each in (found for found in ALL if (found.layer or "__init__") == layer):
        if each.module.split(".")[0] != PACKAGE:
            continue
        target = each.module.removeprefix(PACKAGE).removeprefix(".") or "__init__"
        is_late = each.inside_function or each.for_types
        if target.split(".")[0] == layer or _allows(always, target) or (is_late and _allows(lazily, target)):
            continue
        wrong.append(str(each))
    assert wrong == []


def test_airflow_is_imported_only_by_its_own_parts() -> None:
    """Protocol, platforms, transports, emulator and the provider's description work without Airflow."""
    airflow = [each for each in ALL if each.module.split(".")[0] == "airflow"]
    assert {each.layer for each in airflow} <= ABOVE_AIRFLOW
    assert {each.layer for each in airflow} >= {"hooks", "operators", "sensors", "triggers"}


def test_heavy_libraries_are_imported_only_where_a_call_is_made() -> None:
    """An HTTP client costs every task leg 200 to 500 ms, so none comes with a module or by a detour."""
    early = [each for each in ALL if not (each.inside_function or each.for_types) and each.layer != "demo"]
    heavy = {each.importer for each in early if _allows(set(HEAVY), each.module)}
    while (
        more := {each.importer for each in early if each.module.removeprefix(f"{PACKAGE}.") in heavy} - heavy
    ):
        heavy |= more
    assert heavy == ABOUT_HEAVY


def test_the_pure_layers_use_few_libraries() -> None:
    """The core needs the standard library alone, the platforms JMESPath and YAML, the schemas jsonschema."""
    libraries: dict[str, set[str]] = {
        "protocol": set(),
        "schemas": set(),
        "platforms": set(),
        "pipelines": set(),
        "emulator": set(),
    }
    for each in ALL:
        top = each.module.split(".")[0]
        if each.layer in libraries and top != PACKAGE and top not in sys.stdlib_module_names:
            libraries[each.layer].add(top)
    assert libraries["protocol"] == set()
    assert libraries["schemas"] == {"jsonschema", "referencing"}
    assert libraries["platforms"] == {"jmespath", "yaml"}
    assert libraries["pipelines"] == {"croniter", "jmespath", "jsonschema", "yaml"}
    assert "airflow" not in libraries["emulator"]


LAZY = ["requests", "aiohttp", "urllib3", "airflow.providers.http", "jsonschema", "jmespath", "yaml"]


@pytest.mark.parametrize(
    ("module", "lazy"),
    [
        ("protocol.api", [*LAZY, "airflow"]),
        ("platforms.spec_platform", ["requests", "aiohttp", "urllib3", "jsonschema", "airflow"]),
        ("transports.sync", [*LAZY, "airflow"]),
        ("transports.aio", [*LAZY, "airflow"]),
        ("emulator", [*LAZY, "airflow"]),
        ("provider_info", [*LAZY, "airflow"]),
        ("pipelines.read", ["requests", "aiohttp", "urllib3", "jsonschema", "croniter", "airflow"]),
        ("dags", [*LAZY, "airflow"]),
        ("dags.files", ["requests", "aiohttp", "urllib3", "jsonschema", "croniter", "airflow"]),
        ("cli.main", [*LAZY, "airflow"]),
    ],
)
def test_importing_a_module_leaves_the_rest_alone(module: str, lazy: list[str]) -> None:
    """What the table says is true of a real interpreter: the libraries named here are not loaded."""
    code = f"import sys, {PACKAGE}.{module}; print([name for name in {lazy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
