"""The expressions of a spec: whether each is one, and speaks only of what there is at its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from airflow_provider_flows.authoring.drafts import Draft
from airflow_provider_flows.pipelines.diagnostics import Diagnostic
from airflow_provider_flows.pipelines.given import UNUSABLE, Given
from airflow_provider_flows.pipelines.guesses import guessed
from airflow_provider_flows.pipelines.near import listed
from airflow_provider_flows.pipelines.references import malformed
from airflow_provider_flows.pipelines.spoken import Spoken, spoken
from airflow_provider_flows.pipelines.uses import Name, uses
from airflow_provider_flows.platforms.documents import VERBS
from airflow_provider_flows.platforms.forms import field_data

PURPOSES = ("start", "status", "result", "cancel", "search", "upload", "describe", "test")
ANSWER_PARTS = ("run_id", "state", "result", "error", "runs", "total", "flow", "started_at", "inputs", "name")
_REQUEST_PARTS = (*sorted(VERBS), "query", "json", "read_timeout")
_TASK = ("key", "dag_id", "task_id", "run_id", "map_index", "try_number")
_LATER = ("status", "result", "cancel")


@dataclass(frozen=True, slots=True)
class Fields:
    """The connection's fields that there are, the platform's own and those that every platform has."""

    public: tuple[str, ...]
    secret: tuple[str, ...]

    @classmethod
    def of(cls, draft: Draft) -> Fields:
        """Return those of a spec."""
        connection = {
            name: each if isinstance(each, dict) else {}
            for name, each in _mapping(draft, "connection").items()
            if name != "extra"
        }
        extra = {
            name: each if isinstance(each, dict) else {}
            for name, each in _mapping(draft, "connection", "extra").items()
        }
        data = {"connection": {**connection, "extra": extra}} | (
            {"status": {}} if draft.get("status") else {}
        )
        found = {name: each for part in field_data(data).values() for name, each in part.items()}
        secret = tuple(name for name, each in found.items() if each.get("secret") is True)
        return cls(tuple(name for name in found if name not in secret), secret)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the expressions at one place may speak of: the members of each name, None for any."""

    names: Mapping[str, tuple[str, ...] | None]
    secret: tuple[str, ...] = ()
    unremembered: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


def problems(draft: Draft) -> Iterator[Diagnostic]:
    """Yield what is wrong with the expressions of a spec."""
    fields = Fields.of(draft)
    conn: dict[str, tuple[str, ...] | None] = {"conn": fields.public}
    everything = Scope({"conn": (*fields.public, *fields.secret)})
    yield from _filled(draft.get("base"), Scope(conn, fields.secret))
    yield from _filled(draft.get("auth"), everything)
    for part in ("token", "expires_in"):
        yield from _bare(draft.get("auth", "login", part))
    options = draft.names("options")
    yield from _filled(draft.get("remember"), Scope({"options": options}))
    for position, name in enumerate(options):
        default = draft.get("options", name, "default")
        before = {**conn, "flow": (), "task": _TASK, "options": options[:position]}
        yield from _filled(default, Scope(before, fields.secret, later=options[position:]))
        yield from _bare(draft.get("options", name, "mask"))
    for purpose in PURPOSES:
        yield from _of_call(draft, purpose, fields)


def _of_call(draft: Draft, purpose: str, fields: Fields) -> Iterator[Diagnostic]:
    call = draft.get(purpose)
    if call is None or not isinstance(call.value, dict):
        return
    scope = scope_of(draft, purpose, fields)
    for part in _REQUEST_PARTS:
        yield from _filled(draft.get(purpose, part), scope)
    yield from _filled(draft.get(purpose, "named"), Scope({"options": draft.names("options")}))
    for part in ANSWER_PARTS:
        yield from _bare(draft.get(purpose, part))
    rules = draft.get(purpose, "rules")
    for rule in rules.items() if rules is not None else ():
        for part in ("when", "message"):
            yield from _bare(rule.get(part))


def scope_of(draft: Draft, purpose: str, fields: Fields) -> Scope:
    """Return what the request of a call may speak of."""
    options, flow = draft.names("options"), {"flow": ()}
    remembered = draft.names("remember")
    forgotten = tuple(name for name in options if name not in remembered)
    known: Mapping[str, Mapping[str, tuple[str, ...] | None]] = {
        "start": {**flow, "inputs": None, "options": options, "task": _TASK},
        "search": {**flow, "options": options, "page": ("skip",)},
        "upload": {"options": options},
        "describe": flow,
        "test": {},
        **{each: {**flow, "run": ("id",), "options": remembered} for each in _LATER},
    }
    if purpose == "search" and draft.get("search", "state") is not None:  # it is asked for running runs too
        known = {**known, "search": {**known["search"], "options": remembered}}
    is_later = purpose in _LATER or (purpose == "search" and known["search"]["options"] is remembered)
    return Scope({"conn": fields.public, **known[purpose]}, fields.secret, forgotten if is_later else ())


def _filled(given: Given | None, scope: Scope) -> Iterator[Diagnostic]:
    """Yield what is wrong with the `${…}` of a value."""
    for each in spoken(given) if given is not None else ():
        if not each.hole.is_closed:
            yield each.found("bad-expression", "`${` is never closed", "a plain `${` is written `$${`")
        elif (fault := each.uses.fault) is not None:
            yield malformed(each, fault)
        elif each.uses.asks_a_not:
            message = f"{each} finds nothing: JMESPath reads `!a.b` as `(!a).b`"
            yield each.found("bad-expression", message, "write `!(a.b)`")
        else:
            for name in each.uses.names:
                yield from _named(each, name, scope)


def _bare(given: Given | None) -> Iterator[Diagnostic]:
    """Yield what is wrong with an expression on an answer."""
    if given is None or given.value is UNUSABLE or not isinstance(given.value, str):
        return
    text = given.value
    fault = uses(text).fault
    if fault is None:
        return
    notes = ["a name of other characters than a-z, 0-9 and _ stands in double quotes"]
    if text.startswith("${"):
        notes = [
            f"here stands JMESPath on the answer itself: write `{text.removeprefix('${').removesuffix('}')}`"
        ]
    yield given.found("bad-expression", f"`{text}` is not valid JMESPath: {fault}", *notes)


def _named(each: Spoken, name: Name, scope: Scope) -> Iterator[Diagnostic]:
    """Yield what is wrong with one name in a `${…}`."""
    known = list(scope.names)
    if not name:
        yield each.found(
            "bad-expression", f"{each} takes all names at once; say which", f"names: {listed(known)}"
        )
        return
    root, *rest = name
    if root not in scope.names:
        note = f"names: {listed(known)}"
        if root in {"null", "true", "false"}:
            note = f"it stands in backticks: `{root}`"
        elif f'"{root}"' in each.hole.text:
            note = f"a text stands in single quotes: '{root}'"
        yield each.found(
            "unknown-name", guessed(f"{each}: nothing is called `{root}` here", root, known), note
        )
        return
    members = scope.names[root]
    if members is None or root == "flow":
        if root == "flow" and rest:
            yield each.found(
                "unknown-name", f"{each}: `flow` is the flow's id, a text, and has no `{rest[0]}`"
            )
        return
    if not rest:
        if root != "options":
            message = f"{each} takes all of `{root}` at once"
            yield each.found("bad-expression", message, f"`{root}` has: {listed(members)}")
        return
    if rest[0] not in members:
        yield _unknown_member(each, root, rest[0], members, scope)


def _unknown_member(
    each: Spoken, root: str, member: str, members: tuple[str, ...], scope: Scope
) -> Diagnostic:
    if root == "conn" and member in scope.secret:
        message = (
            f"{each}: a secret may stand in `auth` only, since addresses and bodies are logged and shown"
        )
        return each.found("secret", message, "sign in with it, in a header")
    if root == "options" and member in scope.unremembered:
        message = f"{each}: nobody knows this option any more when a run has begun"
        return each.found("unknown-option", message, f"write `remember: {{{member}: ${{options.{member}}}}}`")
    if root == "options" and member in scope.later:
        message = f"{each}: a default may speak only of the options that stand before it"
        return each.found("unknown-option", message, f"move `{member}` up")
    code = "unknown-option" if root == "options" else "unknown-name"
    message = guessed(f"{each}: `{root}` has no `{member}`", member, members)
    note = f"`{root}` has: {listed(members)}" if members else f"the spec has no `{root}`"
    return each.found(code, message, note)


def _mapping(draft: Draft, *path: str) -> Mapping[str, object]:
    found = draft.get(*path)
    return found.names if found is not None else {}
