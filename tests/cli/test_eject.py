"""`eject` and `graph`: a pipeline as something else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.conftest import Done

Call = Callable[..., Done]
Command = Callable[..., Done]
NOTIFIER = "airflow.providers.smtp.notifications.smtp.SmtpNotifier"
PIPELINE = """\
flows: pipeline/1
pipeline: p
doc: "Größe 🧪\u3000\u200b"
schedule: {timetable: every, interval: 6h}
steps: {a: {run: wisebot/f}, b: {run: wisebot/g, needs: a}}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a pipeline in the folder to stand in."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "p.flow.yaml"
    file.write_text(PIPELINE, "utf-8")
    return file


def test_a_picture_is_printed_in_either_language(call: Call, file: Path) -> None:
    """Mermaid by itself, DOT when asked."""
    assert "  step_a --> step_b\n" in call("graph", file.name).out
    assert '  "a" -> "b";\n' in call("graph", file.name, "--format", "dot").out


def test_python_is_printed_as_it_is(call: Call, file: Path) -> None:
    """What goes into a file has every character of the pipeline."""
    done = call("eject", file.name)
    assert done.code == 0
    assert "Größe 🧪" in done.out
    compile(done.out, "p.py", "exec")
    is_old = tuple(map(int, version("apache-airflow").split(".")[:2])) < (3, 2)
    place = "airflow.timetables.trigger" if is_old else "airflow.sdk"
    assert f"from {place} import" in done.out
    assert "DeltaTriggerTimetable" in done.out


def test_python_is_written_into_a_new_file_only(call: Call, file: Path) -> None:
    """Nothing is overwritten, and a folder that isn't there is told."""
    assert call("eject", file.name, "-o", "p.py") == Done(0, "", "")
    written = Path("p.py").read_text("utf-8")
    assert written == call("eject", file.name).out
    again = call("eject", file.name, "--output", "p.py")
    assert (again.code, again.err) == (1, "airflow-flows eject: p.py is there already; nothing was written\n")
    assert (
        "no/p.py cannot be written: No such file or directory"
        in call("eject", file.name, "-o", "no/p.py").err
    )


def test_python_may_take_the_place_of_a_stub(call: Call, file: Path) -> None:
    """Whoever goes on in Python needs no other file's name; a stub that somebody changed is theirs."""
    stub = file.with_name(file.name.replace(".flow.yaml", ".py"))
    assert call("sync").code == 0
    next_step = "p.py stands alone now: delete or move p.flow.yaml, else `sync` ends with 1\n"
    assert call("eject", file.name, "-o", stub.name) == Done(0, "", next_step)
    assert "if it was ejected, delete or move p.flow.yaml" in call("sync").out
    assert stub.read_text("utf-8") == call("eject", file.name).out
    stub.unlink()
    assert call("sync").code == 0
    stub.write_text(stub.read_text("utf-8") + "dag.max_active_runs = 2\n", "utf-8")
    assert "is there already; nothing was written" in call("eject", file.name, "-o", stub.name).err


@pytest.mark.parametrize("other", ["other.py", "deep/p.py"])
def test_the_stub_of_another_pipeline_stays(call: Call, file: Path, other: str) -> None:
    """Its DAG would be gone, and nobody would have been told: neither another name nor another folder's."""
    stub = file.parent / other
    stub.parent.mkdir(exist_ok=True)
    stub.with_name(stub.name.replace(".py", ".flow.yaml")).write_text(PIPELINE, "utf-8")
    assert call("sync").code == 0
    before = stub.read_text("utf-8")
    refusal = (
        f"airflow-flows eject: {other} is there already and loads another pipeline; nothing was written\n"
    )
    assert call("eject", file.name, "-o", other) == Done(1, "", refusal)
    assert stub.read_text("utf-8") == before


def test_help_says_what_may_be_replaced(call: Call) -> None:
    """Only a new file, or the stub of that very pipeline."""
    words = " ".join(call("eject", "--help").out.split())
    assert "a file to write instead: a new one, or the stub that sync wrote for FILE" in words


def test_a_notifiers_name_alone_is_looked_up(call: Call, file: Path) -> None:
    """Airflow knows the whole path; a name that it doesn't know is told with the near one."""
    file.write_text(PIPELINE + "on_failure: [{notifier: SmtpNotifier, with: {to: a@example.org}}]\n", "utf-8")
    pytest.importorskip(NOTIFIER.rpartition(".")[0])
    assert (
        "from airflow.providers.smtp.notifications.smtp import SmtpNotifier" in call("eject", file.name).out
    )
    file.write_text(PIPELINE + "on_failure: [{notifier: SmtpNotifer}]\n", "utf-8")
    done = call("eject", file.name)
    assert done.code == 1
    assert "p.flow.yaml:6:25: no installed provider has a notifier `SmtpNotifer`." in done.err


def test_an_output_that_lacks_a_letter_is_told(command: Command, file: Path) -> None:
    """Half a file would be worse."""
    done = command("eject", str(file), PYTHONIOENCODING="ascii")
    assert (done.code, done.out) == (1, "")
    assert "the output has no '\\xf6': set PYTHONIOENCODING=utf-8" in done.err


CODE = """
import sys
from airflow_provider_flows.cli.main import main
code = main(sys.argv[1:])
print(code, *(name for name in ("airflow", "requests", "aiohttp", "asyncio") if name in sys.modules))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        "lint",
        "graph p.flow.yaml",
        "sync --check",
        "eject p.flow.yaml",
        "render p.flow.yaml",
        "render p.flow.yaml a",
    ],
)
def test_these_need_neither_airflow_nor_http(environment: dict[str, str], file: Path, arguments: str) -> None:
    """They run where only the package is, in a fraction of the time that importing Airflow takes."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, *arguments.split()],
        cwd=file.parent,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.stdout.splitlines()[-1] == ("1" if arguments == "sync --check" else "0")
