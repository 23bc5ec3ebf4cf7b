"""Pipelines made at random, out of what is hard to print."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from airflow_provider_flows.pipelines.model import Notice, Pipeline, Schedule, Step

_BITS = (
    *("a", "word", "a-longer-word", "Zürich", "読む", "🧪", "e\u0301", "\u200b", "\u202e", "\x07", "\ud800"),
    *("'", '"', '"""', "\\", "\\n", "#", "{", "}", "%s", "\t", "\r", "\n", "\n\n", " ", "  ", " \n"),
    *("${params.p}", "{{ ds }}", "$${", "x" * 100, "all went well " * 9),
)
_NAMES = ("read", "Read", "readPlate", "list", "dag", "DOC", "import", "match", "l", "_x", "DAG", "pendulum")
_KEYS = ("type", "title", "if", "$comment", "x-order", "from", "größe", "default_of", "schema")
_RULES = ("all_success", "none_failed", "all_done")


def pipeline(seed: int) -> Pipeline:
    """Return the pipeline of a seed."""
    return _Maker(Random(seed)).pipeline(f"random_{seed}")  # noqa: S311 - no secret


class _Maker:
    def __init__(self, random: Random) -> None:
        self._random = random

    def pipeline(self, name: str) -> Pipeline:
        names = list(dict.fromkeys(self._name() for _ in range(self._random.randint(1, 12))))
        return Pipeline(
            id=name,
            file=f"{name}.flow.yaml",
            source=self._text(),
            steps=tuple(self._step(each, names[:number]) for number, each in enumerate(names)),
            title=self._maybe(self._word()),
            description=self._maybe(self._text()),
            doc=self._maybe(self._text()),
            owner=self._maybe("lab"),
            tags=tuple(dict.fromkeys(self._word() for _ in range(self._random.randint(0, 9)))),
            schedule=self._random.choice([Schedule(), Schedule(text="@daily"), self._assets()]),
            start=self._maybe("2026-01-01T06:30"),
            timezone=self._maybe("Europe/Zurich"),
            params={self._word(): self._param() for _ in range(self._random.randint(0, 3))},
            on_failure=self._notices(),
        )

    def _step(self, name: str, earlier: list[str]) -> Step:
        number = self._random.randint(0, min(4, len(earlier)))
        return Step(
            name=name,
            platform="wisebot",
            variant=self._maybe("webhook"),
            flow=self._word(),
            connection="wisebot_default",
            inputs={self._text(): self._value(0) for _ in range(self._random.randint(0, 4))},
            needs=tuple(each for each in earlier if each in self._random.sample(earlier, number)),
            condition=self._random.choice([None, None, False, "${params.p}"]),
            for_each=self._random.choice([None, None, "${params.p}", ("${params.p}", 1), (1, {"a": None})]),
            label=self._maybe(self._text()),
            group=self._random.choice([(), (), ("g",), ("g", "h"), ("k",)]),
            settings=self._settings(),
            outlets=tuple(f"flows://{number}" for number in range(self._random.randint(0, 2))),
            on_failure=self._notices(),
            doc=self._maybe(self._text()),
        )

    def _settings(self) -> dict[str, Any]:
        every: dict[str, Any] = {
            "retries": 3,
            "timeout": self._random.choice([90.0, 1.5, 86400.0 * 3 + 3661.25]),
            "deferrable": True,
            "trigger_rule": self._random.choice(_RULES),
            "pool": self._word(),
        }
        return {name: value for name, value in every.items() if self._random.random() < 0.3}

    def _param(self) -> Mapping[str, Any]:
        told = {"default": self._value(1), "description": self._text()}
        odd: dict[str, Any] = {
            each: self._word() for each in self._random.sample(_KEYS, self._random.randint(0, 4))
        }
        if "if" in odd:
            odd["if"] = True
        return {**told, **odd, "type": ["string", "number", "boolean", "null", "array", "object"]}

    def _notices(self) -> tuple[Notice, ...]:
        path = "airflow.providers.smtp.notifications.smtp.SmtpNotifier"
        notice = Notice(notifier=path, arguments={"to": self._word(), "subject": self._text()})
        return (notice,) * self._random.choice([0, 0, 1])

    def _assets(self) -> Schedule:
        return Schedule(assets=("flows://a", "flows://b"), is_any=self._random.random() < 0.5)

    def _value(self, depth: int) -> Any:
        kinds: list[Any] = [self._text(), self._word(), 7, -1.5, 1e100, 10**30, True, False, None, "", [], {}]
        if depth < 3:
            members = [self._value(depth + 1) for _ in range(self._random.randint(1, 4))]
            kinds += [members, members, {self._word(): member for member in members}] * 2
        return self._random.choice(kinds)

    def _text(self) -> str:
        return "".join(self._random.choices(_BITS, k=self._random.choice([1, 3, 8, 30])))

    def _word(self) -> str:
        return self._random.choice(["a", "plate", "it's", 'a "b"', "読む🧪", "x" * 60, "two words", "a.b-c"])

    def _name(self) -> str:
        return self._random.choice(_NAMES) + self._random.choice(["", "", "2", "_long" * 20])

    def _maybe(self, value: Any) -> Any:
        return value if self._random.random() < 0.5 else None
