"""Reads the answers of one platform in the name of one connection, and says what they lack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.platforms.addresses import checked_id
from airflow_provider_flows.platforms.answers import Verdict
from airflow_provider_flows.platforms.calls import Call
from airflow_provider_flows.platforms.refusals import Refusals
from airflow_provider_flows.protocol.candidates import Candidate
from airflow_provider_flows.protocol.errors import FlowIdError
from airflow_provider_flows.protocol.listing import Page
from airflow_provider_flows.protocol.messages import Response
from airflow_provider_flows.protocol.runs import Run, RunHandle, RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReader:
    """Reads answers. `what` names for errors what was asked for."""

    refusals: Refusals
    words: Mapping[str, RunState]

    def data(self, response: Response, what: str) -> Any:
        """Return a 2xx answer's JSON; raises a `ResponseError` for any other answer."""
        if not response.is_ok:
            raise self.refusals.of(response, what)
        try:
            return response.json()
        except ValueError:
            raise self.refusals.unreadable(response, "that is not JSON") from None

    def judged(self, call: Call, response: Response, what: str) -> tuple[Any, Verdict | None]:
        """Return an answer's JSON and what it says of the run; a refusal may speak of a run that failed."""
        data = self.data(response, what) if response.is_ok else _json_or_none(response)
        verdict = call.reading.verdict(response, data, self.words)
        if verdict is None and not response.is_ok:
            raise self.refusals.of(response, what)
        return data, verdict

    def run_id(self, call: Call, response: Response, data: Any) -> str:
        """Return the run id in an answer, empty where there is none."""
        value = call.reading.run_id(data) if call.reading.run_id else None
        if value is None or isinstance(value, bool | dict | list) or value == "":
            return ""
        try:
            return checked_id(str(value), "the run id")
        except FlowIdError as error:
            raise self.refusals.unreadable(response, str(error)) from error

    def found(self, call: Call, data: Any) -> Any:
        """Return what the call looks for in an answer, all of it where it looks for no part."""
        return call.reading.result(data) if call.reading.result else data

    def page(
        self, call: Call, response: Response, what: str, handle: Callable[[str, str | None], RunHandle]
    ) -> Page:
        """Return one page of a listing; `handle` is given a run's id, and its flow's where that is told."""
        data = self.data(response, what)
        items = call.listing.items(data)
        if items is None:
            raise self.refusals.unreadable(response, self.lacks(call, "runs", data))
        found = [self._candidate(call, response, item, handle) for item in items]
        return Page(found, call.listing.length(data))

    def run(self, call: Call, handle: RunHandle, verdict: Verdict | None, data: Any) -> Run:
        """Return the run as an answer tells it; what nobody can make out is a run that goes on."""
        shown = self.refusals.scrub.shown
        if verdict is None:
            return Run(handle, RunState.UNKNOWN, message=self.lacks(call, "state", data))
        word, message = shown(verdict.word), shown(verdict.reason)
        if verdict.state is RunState.UNKNOWN:
            return Run(handle, RunState.UNKNOWN, word, self._unknown(word, message))
        result = call.reading.result
        if verdict.state is not RunState.SUCCESS or result is None:
            return Run(handle, verdict.state, word, message)
        return Run(handle, verdict.state, word, message, result(data), has_result=True)

    def lacks(self, call: Call, part: str, data: Any) -> str:
        """Return one sentence that says what an answer lacks: where it was sought, and what is there."""
        sought = call.listing.runs if part == "runs" else getattr(call.reading, part)
        there = f"the keys {', '.join(sorted(data)) or 'none'}" if isinstance(data, dict) else _kind(data)
        what = _PARTS[part]
        text = f"{sought.text!r} finds no {what} in {there}" if sought else f"no {what} is known in {there}"
        field = call.settings.get(part, call.settings.get("runs"))
        advice = f" (extra {field} of connection {self.refusals.conn_id!r} says where else it is)"
        return self.refusals.scrub.shown(text) + (advice if field else "")

    def _candidate(
        self, call: Call, response: Response, item: Any, handle: Callable[[str, str | None], RunHandle]
    ) -> Candidate:
        listing, run_id = call.listing, self.run_id(call, response, item)
        if not run_id:  # nobody could go on with such a run, and it may be the one that is looked for
            raise self.refusals.unreadable(response, self.lacks(call, "run_id", item))
        verdict = call.reading.verdict(response, item, self.words)
        run = self.run(call, handle(run_id, listing.flow_id(item)), verdict, item)
        return Candidate(run, listing.instant(item), listing.inputs_of(item), listing.run_name(item))

    def _unknown(self, word: str, said: str) -> str:
        reason = f"; the platform says: {said}" if said else ""
        return (
            f"the state {word!r} is unknown, so the run counts as going on{reason}; if it means more, add "
            f"the word to the extra success_states, failed_states, cancelled_states or skipped_states of "
            f"connection {self.refusals.conn_id!r}, and if it doesn't, to running_states"
        )


_PARTS = {"run_id": "run id", "state": "state", "result": "reference to the file", "runs": "list of runs"}


def _json_or_none(response: Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _kind(data: Any) -> str:
    return "null" if data is None else f"a {type(data).__name__}"
