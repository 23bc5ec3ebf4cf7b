"""Why an attempt starts nothing, beyond what can go wrong with a request.

FlowError
├── DoubtError              a run may have been started, and nobody can say
├── ChangedError            the run of an earlier attempt had other inputs
├── OrphanError             the run of an earlier attempt could not be cancelled yet
├── EndedError              a person has ended the task before anything was started
├── SupersededError         Airflow has begun another attempt of this task
├── JournalAwayError        Airflow's task state store could not be asked: nothing was started
└── JournalUnreadableError  what stands in it makes no sense
"""

from __future__ import annotations

from airflow_provider_flows.protocol.errors import FlowError


class DoubtError(FlowError):
    """A run may have been started, and only a person can say."""


class ChangedError(FlowError):
    """An earlier attempt started a run with other inputs, and it is not over or did well."""


class OrphanError(FlowError):
    """The run of an earlier attempt could not be cancelled for a reason that may pass."""


class EndedError(FlowError):
    """A person has ended the task, so nothing is started for it any more."""


class SupersededError(FlowError):
    """Another attempt has taken this one's place: this one must start nothing."""


class JournalAwayError(FlowError):
    """The journal could not be read or written, so nothing was started."""


class JournalUnreadableError(FlowError):
    """The journal holds what this version of the package did not write."""
