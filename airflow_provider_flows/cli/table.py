"""Every command with its arguments, once for both ways to call it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SUMMARY = "Write, check and run flows and pipelines of flows"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument, as argparse takes it; Airflow's own table has the same parts."""

    flags: tuple[str, ...]
    keywords: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command.

    :param does: the function that carries it out, as `module:function`; imported when it is called
    """

    name: str
    help: str
    description: str
    does: str
    arguments: tuple[Argument, ...]


def _argument(*flags: str, **keywords: Any) -> Argument:
    return Argument(flags, keywords)


_HERE = "airflow_provider_flows.cli"
_FILE = _argument("file", metavar="FILE", help="a pipeline, *.flow.yaml")
_PAIR = {"action": "append", "metavar": "NAME=VALUE"}
_TYPED = "NAME:=VALUE gives a number, a list or any other JSON"
_CONNECTION = _argument(
    "--connection",
    metavar="ID",
    help="id of the connection; by default <platform>_default, from AIRFLOW_CONN_<ID>",
)

_FORMAT = _argument(
    "--format",
    choices=("text", "json", "github", "sarif"),
    default="text",
    help="text for people, json, github for annotations, sarif for code scanning",
)
_FOLDER = _argument("folder", nargs="?", default=".", metavar="FOLDER", help="by default this one")
_ANY_CONNECTION = _argument(
    "--connection", metavar="ID", help="a connection to use instead of the steps' own"
)
_RUN = (
    _argument("--with", dest="inputs", **_PAIR, help=f"one input, a text; {_TYPED}"),
    _argument("--data", metavar="JSON", help="the inputs as a JSON object, @FILE or - for standard input"),
    _argument("--option", dest="options", **_PAIR, help="one of the platform's options"),
    _argument("--file", dest="files", action="append", metavar="NAME=PATH", help="one input that is a file"),
    _CONNECTION,
    _argument("--emulator", metavar="URL", help="run on an emulator, with its own connection"),
    _argument(
        "--timeout",
        default="24h",
        metavar="DURATION",
        help="how long the run may take, such as 90s or 1h30m; then it is cancelled, where possible",
    ),
    _argument(
        "--poll-interval",
        default="1s",
        metavar="DURATION",
        help="between the first two questions; the longer the run goes on, the fewer are asked",
    ),
    _argument("--no-wait", action="store_true", help="end when the run has begun, and print what names it"),
)

COMMANDS = (
    Command(
        name="lint",
        help="find everything that is wrong in pipeline files and platform specs",
        description=(
            "Check pipeline files (*.flow.yaml), what they inherit (flows.defaults.yaml), and specs of "
            "platforms (*.platform.yaml) with their examples. Ends with 1 if there is an error."
        ),
        does=f"{_HERE}.lint:lint",
        arguments=(
            _argument("paths", nargs="*", metavar="PATH", help="files and folders; by default this folder"),
            _FORMAT,
        ),
    ),
    Command(
        name="render",
        help="show a pipeline as it will be, or the request of one step",
        description=(
            "Show the whole pipeline with all that it inherits and where each value comes from; or, with the "
            "name of a step, the request that it would send, as a line for curl without its secrets."
        ),
        does=f"{_HERE}.render:render",
        arguments=(
            _FILE,
            _argument("step", nargs="?", metavar="STEP", help="the step whose request is shown"),
            _argument("--param", **_PAIR, help="one param of the pipeline"),
            _argument("--params", metavar="JSON", help="all params, as a JSON object, @FILE or -"),
            _argument(
                "--result", action="append", metavar="STEP=JSON", help="what an earlier step is to have given"
            ),
            _argument("--item", metavar="JSON", help="the item of a step with for_each"),
            _argument("--var", **_PAIR, help="one Airflow Variable"),
            _CONNECTION,
        ),
    ),
    Command(
        name="graph",
        help="draw the steps of a pipeline",
        description="Print the steps of a pipeline and what waits for what, as text for Mermaid or Graphviz.",
        does=f"{_HERE}.graph:graph",
        arguments=(
            _FILE,
            _argument("--format", choices=("mermaid", "dot"), default="mermaid", help="by default mermaid"),
        ),
    ),
    Command(
        name="sync",
        help="write the two-line DAG file beside each pipeline",
        description=(
            "Write x.py beside each x.flow.yaml, which Airflow finds and which loads the pipeline; remove "
            "those whose pipeline is gone. No other file is touched."
        ),
        does=f"{_HERE}.sync:sync",
        arguments=(
            _argument(
                "folder",
                nargs="?",
                default=".",
                metavar="FOLDER",
                help="with the folders in it; by default this one",
            ),
            _argument("--check", action="store_true", help="only tell what is missing, and end with 1"),
            _argument(
                "--fail-on-change", action="store_true", help="end with 1 also when files were changed"
            ),
        ),
    ),
    Command(
        name="eject",
        help="turn a pipeline into Python",
        description="Print readable Python that builds the same DAG as a pipeline file.",
        does=f"{_HERE}.eject:eject",
        arguments=(
            _FILE,
            _argument(
                "-o",
                "--output",
                metavar="OUT",
                help="a file to write instead: a new one, or the stub that sync wrote for FILE",
            ),
        ),
    ),
    Command(
        name="run",
        help="run one flow now and print its result",
        description=(
            "Start one run of a flow, wait for it and print its result as JSON. Ends with 0 if the run "
            "succeeded, with 2 if it is not known whether a run began, else with 1. Ctrl-C cancels the run "
            "where the platform can."
        ),
        does=f"{_HERE}.run:run",
        arguments=(
            _argument("target", metavar="PLATFORM[.VARIANT]/FLOW", help="such as scade/41785"),
            *_RUN,
        ),
    ),
    Command(
        name="platforms",
        help="list the platforms that there are",
        description=(
            "List every platform, where it came from and what it can do; then all that is wrong with specs "
            "of your own that can't be used. Ends with 1 if there is one."
        ),
        does=f"{_HERE}.platforms:platforms",
        arguments=(),
    ),
    Command(
        name="pull",
        help="write down what the flows take that the pipelines of a folder run",
        description=(
            "Look up the inputs of every flow that the pipelines in and below a folder run, and write them "
            "into its flows.lock.yaml, which lint holds the pipelines against. Where a platform has no "
            "look-up, the JSON Schema in schemas/<platform>/<flow>.json is taken. Ends with 1 if a look-up "
            "failed."
        ),
        does=f"{_HERE}.pull:pull",
        arguments=(_FOLDER, _ANY_CONNECTION),
    ),
    Command(
        name="check",
        help="lint a folder, and with --drift compare the platforms with what was pulled",
        description=(
            "Find everything that is wrong in a folder, as lint does. With --drift, look up the inputs of "
            "every flow again and tell each step of what has changed since `pull`. Ends with 1 if there is "
            "an error."
        ),
        does=f"{_HERE}.check:check",
        arguments=(
            _FOLDER,
            _argument("--drift", action="store_true", help="ask the platforms"),
            _ANY_CONNECTION,
            _FORMAT,
        ),
    ),
    Command(
        name="diff",
        help="tell what changed in the pipelines since a revision of git",
        description=(
            "Tell which pipelines of a folder are new, gone or changed since a revision: steps, their order, "
            "inputs and settings, with all that they inherit. For reviews; what means the same is silent."
        ),
        does=f"{_HERE}.difference:diff",
        arguments=(
            _argument(
                "revision", metavar="REV", nargs="?", default="HEAD", help="such as main; HEAD unless given"
            ),
            _FOLDER,
        ),
    ),
    Command(
        name="new-platform",
        help="write a first spec of a platform from its curl lines or its OpenAPI document",
        description=(
            "Write a first spec from the call that starts a run and the one that asks how it stands. What "
            "can't be known from them says FILL_IN; what was guessed says so. No credential is kept."
        ),
        does=f"{_HERE}.scaffolding:new_platform",
        arguments=(
            _argument(
                "name", metavar="NAME", help="the platform's name, which is the type of its connections too"
            ),
            _argument(
                "--from-curl",
                action="append",
                metavar="LINE",
                help="a whole line for curl, @FILE or - for standard input: first the start, then the status",
            ),
            _argument("--from-openapi", metavar="FILE", help="an OpenAPI 3 document, JSON or YAML"),
            _argument(
                "--start",
                metavar="OP",
                help="of the document: the operationId that starts a run, or 'POST /path'",
            ),
            _argument(
                "--status", metavar="OP", help="of the document: the operationId that asks how a run stands"
            ),
            _argument("-o", "--output", metavar="OUT", help="a new file NAME.platform.yaml to write instead"),
        ),
    ),
    Command(
        name="test-platform",
        help="check a platform's spec and run its examples",
        description=(
            "Check a spec (*.platform.yaml) and compare what it makes of its `examples` with what they say, "
            "without a network. With --connection and --flow, then run that flow for real, as `run` does."
        ),
        does=f"{_HERE}.trial:test_platform",
        arguments=(
            _argument("spec", metavar="FILE", help="a spec, or the name of a platform of this package"),
            _argument("--flow", metavar="FLOW", help="the flow to run on the real platform"),
            _argument("--variant", metavar="NAME", help="the variant to run it in"),
            *_RUN,
        ),
    ),
)
