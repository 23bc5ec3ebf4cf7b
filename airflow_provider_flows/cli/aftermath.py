"""What is done, and said, about a run that is not seen through to its end."""

from __future__ import annotations

from airflow_provider_flows.cli.talk import Talk
from airflow_provider_flows.protocol.candidates import Quest
from airflow_provider_flows.protocol.errors import FlowError
from airflow_provider_flows.protocol.runs import Run


def cancelled(talk: Talk, run: Run) -> str:
    """Cancel a run where the platform can, and return in words what becomes of it."""
    if not talk.platform.spec.can("cancel"):
        fate = f"goes on, since {talk.platform.title} documents no way to cancel it"
    else:
        fate = _cancel(talk, run)
    link = talk.platform.link(run.handle)
    return f"{run.handle} {fate}" + (f" (see {link})" if link else "")


def _cancel(talk: Talk, run: Run) -> str:
    try:
        is_cancelled = talk.perform(talk.api.cancel(run.handle))
    except KeyboardInterrupt:
        return "may go on, since cancelling it was interrupted"
    except FlowError as error:
        return f"may go on, since cancelling it failed: {error}"
    return "is being cancelled" if is_cancelled else "was over already"


def looked_for(talk: Talk, quest: Quest) -> str:
    """Return which runs a start in doubt may have begun, or how to look for them."""
    title = talk.platform.title
    if not talk.platform.can_search:
        return f"{title} has no list of runs that could be read from here: look in its own pages."
    talk.progress.say("it is not known whether a run began; looking for it")
    try:
        found = talk.perform(talk.api.find(quest))
    except KeyboardInterrupt:
        return "Looking for it was interrupted."
    except FlowError as error:
        return f"Looking for it failed: {error}"
    if not found:
        return f"{title} lists no such run yet; one that has just begun may come later."
    runs = ", ".join(f"{each.run.handle} ({each.run.state.value})" for each in found)
    return f"{title} lists what may be it: {runs}."
