"""What an answer says about a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from airflow_provider_flows.platforms.expressions import Expression, Where, expression
from airflow_provider_flows.platforms.states import plain
from airflow_provider_flows.protocol.messages import Response
from airflow_provider_flows.protocol.runs import RunState

# Where APIs put the words for people, in the order in which they help most.
REASON = "message || Message || error_description || error.message || error || detail || details"

_WITH_REASON = frozenset({RunState.FAILED, RunState.CANCELLED, RunState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Rule:
    """One verdict: for an answer of these HTTP statuses (2xx when none is given) on which `when` holds."""

    state: RunState
    when: Expression | None
    statuses: frozenset[int]
    message: Expression | None

    def fits(self, response: Response, data: Any) -> bool:
        """Whether the verdict holds for this answer."""
        status_fits = response.status in self.statuses if self.statuses else response.is_ok
        return status_fits and (self.when is None or bool(self.when(data)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer said: the state, the platform's word for it, and why it is so.

    Word and reason are as they came, of any type and length, and may hold secrets.
    """

    state: RunState
    word: Any = None
    reason: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read the answers of one call."""

    run_id: Expression | None
    state: Expression | None
    result: Expression | None
    error: Expression
    rules: tuple[Rule, ...]

    def verdict(self, response: Response, data: Any, words: Mapping[str, RunState]) -> Verdict | None:
        """Return what the answer says of the run's state, None when it says nothing."""
        word = self.state(data) if self.state and response.is_ok else None
        rule = next((rule for rule in self.rules if rule.fits(response, data)), None)
        if rule is None and word is None:
            return None
        state = rule.state if rule else words.get(plain(word), RunState.UNKNOWN)
        if rule and rule.message:
            return Verdict(state, word, rule.message(data))
        return Verdict(state, word, self.error(data) if state in _WITH_REASON else None)


def read_reading(call: Mapping[str, Any], where: Where) -> Reading:
    """Compile the answer's side of a call of a spec."""

    def compile_at(part: str) -> Expression | None:
        return expression(call[part], where(part)) if part in call else None

    return Reading(
        run_id=compile_at("run_id"),
        state=compile_at("state"),
        result=compile_at("result"),
        error=compile_at("error") or expression(REASON, where("error")),
        rules=tuple(
            _rule(rule, partial(where, "rules", index)) for index, rule in enumerate(call.get("rules", ()))
        ),
    )


def _rule(rule: Mapping[str, Any], where: Where) -> Rule:
    statuses = rule.get("http", [])
    return Rule(
        state=RunState(rule["is"]),
        when=expression(rule["when"], where("when")) if "when" in rule else None,
        statuses=frozenset([statuses] if isinstance(statuses, int) else statuses),
        message=expression(rule["message"], where("message")) if "message" in rule else None,
    )
