"""One run seen through for a person, who may lose patience at any moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.cli.aftermath import cancelled, looked_for
from airflow_provider_flows.cli.failures import IN_DOUBT, INTERRUPTED, CommandError
from airflow_provider_flows.cli.talk import Talk
from airflow_provider_flows.journal.doubt import leaves_doubt
from airflow_provider_flows.protocol.candidates import Quest
from airflow_provider_flows.protocol.errors import MAY_RUN, FlowError
from airflow_provider_flows.protocol.messages import FilePart
from airflow_provider_flows.protocol.runs import Run, RunOrder, RunState, sentence
from airflow_provider_flows.protocol.waiting import Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be run, and how it is waited for; times in seconds."""

    order: RunOrder
    files: Mapping[str, FilePart]
    timeout: float
    poll_interval: float
    is_awaited: bool


class Session:
    """Starts one run and sees it through; `clock` gives seconds since the epoch."""

    def __init__(self, talk: Talk, wish: Wish, clock: Callable[[], float] = time.time) -> None:
        self._talk = talk
        self._wish = wish
        self._clock = clock

    def see_through(self) -> Any:
        """Return the run's result, or what names the run where it is not awaited.

        Raises `CommandError` for a run that did not succeed, and with the code 2 when it is not known whether
        one began; `FlowError` when surely none did. Interrupted, it cancels the run where the platform can.
        """
        try:
            run = self._started()
            if self._wish.is_awaited:
                run = self._over(run)
            if run.state.is_terminal and run.state is not RunState.SUCCESS:
                raise CommandError(self._told(run))
            return self._result(run) if self._wish.is_awaited else run.handle.to_json()
        except KeyboardInterrupt:
            raise self._interrupted() from None

    def _started(self) -> Run:
        talk, wish = self._talk, self._wish
        order = talk.perform(talk.api.prepare(wish.order, wish.files))
        since = self._clock()
        try:
            talk.run = run = talk.perform(talk.api.start_prepared(order))
        except FlowError as error:
            if not leaves_doubt(error):
                raise
            quest = Quest(order=order, since=since, until=self._clock())
            raise CommandError(f"{error} {looked_for(talk, quest)}", IN_DOUBT) from error
        link = talk.platform.link(run.handle)
        talk.progress.say(f"started {run.handle}" + (f": {link}" if link else ""))
        return run

    def _over(self, run: Run) -> Run:
        """Return the run once it is over; one whose time is up is cancelled where the platform can."""
        if run.state.is_terminal:
            return run
        talk, wish = self._talk, self._wish
        since = self._clock()
        wait = Wait(
            poll_interval=wish.poll_interval, since=since, until=since + wish.timeout, report=talk.report
        )
        try:
            talk.run = run = talk.perform(talk.api.wait(run.handle, wait))
        except FlowError as error:
            raise CommandError(f"{error} The run may go on.") from error
        if not run.state.is_terminal:
            raise CommandError(f"{sentence(run, None)}. Now {cancelled(talk, run)}.")
        return run

    def _result(self, run: Run) -> Any:
        try:
            return self._talk.perform(self._talk.api.result(run))
        except FlowError as error:
            raise CommandError(f"{run.handle} succeeded, but its result cannot be had: {error}") from error

    def _interrupted(self) -> CommandError:
        """Return what is known and what was done, after Ctrl-C."""
        talk, run = self._talk, self._talk.run
        if run is None and talk.awaits_start:
            waited = f"interrupted before {talk.platform.title} had answered the start"
            return CommandError(f"{waited} of flow {self._wish.order.flow_id}. {MAY_RUN}.", IN_DOUBT)
        if run is None:
            return CommandError("interrupted; nothing was started", INTERRUPTED)
        if run.state.is_terminal:
            return CommandError(f"interrupted; {self._told(run)}", INTERRUPTED)
        return CommandError(f"interrupted; {cancelled(talk, run)}", INTERRUPTED)

    def _told(self, run: Run) -> str:
        return sentence(run, self._talk.platform.link(run.handle))
