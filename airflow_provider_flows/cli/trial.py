"""`test-platform`: a spec's examples without a network; or one run on the real platform, step by step."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from airflow_provider_flows.authoring.check import check_spec
from airflow_provider_flows.authoring.examples import Outcome, run_examples
from airflow_provider_flows.cli.failures import FAILED, CommandError
from airflow_provider_flows.cli.given import reading
from airflow_provider_flows.cli.printing import print_text
from airflow_provider_flows.hooks.hatch import make_platform
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.formats import summary
from airflow_provider_flows.platforms import registry, specs
from airflow_provider_flows.platforms.documents import read
from airflow_provider_flows.platforms.forms import SUFFIX, shipped, text_of


def test_platform(options: Namespace) -> int:
    """Check a spec and run its examples; with a connection and a flow, one run too. Return 1 if any fails."""
    if (options.connection is None) is not (options.flow is None):
        raise CommandError("give both --connection and --flow to run a flow on the real platform, or neither")
    text, file, is_shipped = _spec(options.spec)
    found = list(check_spec(text, file, is_shipped=is_shipped))
    if any(each.is_error for each in found):
        _print(found)
        return FAILED
    outcome = run_examples(text, file, make_platform)
    _print([*found, *outcome.diagnostics])
    print_text(_said(file, outcome))
    if outcome.diagnostics:
        return FAILED
    return _run(text, file, options) if options.flow is not None else 0


def _spec(given: str) -> tuple[str, str, bool]:
    """Return a spec's text and name, and whether it is one of the package's own."""
    if given in shipped():
        return text_of(given + SUFFIX), given + SUFFIX, True
    with reading(given):
        return Path(given).read_bytes().decode("utf-8-sig", "surrogateescape"), given, False


def _print(found: list[Diagnostic]) -> None:
    if found:
        print_text("\n\n".join([*(each.text() for each in found), summary(found, 1)]))


def _said(file: str, outcome: Outcome) -> str:
    if not outcome.examples:
        return f"{file}: the spec is sound. It has no `examples`, so nothing was compared."
    wrong = len(outcome.diagnostics)
    told = "all as they say" if not wrong else f"{wrong} not as they say"
    return f"{file}: {_many(outcome.examples, 'example')}, {_many(outcome.calls, 'call')}, {told}"


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _run(text: str, file: str, options: Namespace) -> int:
    """Run one flow on the real platform, as the command `run` does."""
    from airflow_provider_flows.cli.run import run

    name = str(read(text, file).data["platform"])
    variant = f".{options.variant}" if options.variant else ""
    options.target = f"{name}{variant}/{options.flow}"
    specs.load.cache_clear()
    with registry.beside(name, registry.Outside(file, text)):
        try:
            return run(options)
        finally:
            specs.load.cache_clear()
