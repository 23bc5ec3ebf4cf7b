"""Options: checked before anything is sent, and shown to people without their secret parts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.platforms.fields import Field
from airflow_provider_flows.platforms.options import secret_parts, without_secrets
from airflow_provider_flows.platforms.specs import load
from airflow_provider_flows.protocol.errors import OptionsError
from airflow_provider_flows.protocol.runs import RunOrder
from tests.link import answer
from tests.platforms.known import NODES, build

WRONG: list[tuple[str, str | None, Any, str]] = [
    (
        "scade",
        None,
        {**NODES, "end_node": "x"},
        "Scade: option 'end_node' is unknown; did you mean 'end_node_id'?",
    ),
    (
        "scade",
        None,
        {**NODES, "result_node_id": 5},
        "Scade: option result_node_id: 5 is not of type 'string'",
    ),
    (
        "scade",
        None,
        {"start_node_id": "", "end_node_id": None},
        "start_node_id (Start node) is missing; end_node_id",
    ),
    ("unitelabs", None, {"name": 5}, "option name: 5 is not of type 'string'"),
    ("blinkops", None, {"event": "not json"}, "option event: 'not json' is not of type 'object'"),
    ("blinkops", None, {"workspace": "a b"}, "option workspace: 'a b' does not match"),
    ("blinkops", None, {"workspace": ".."}, "options.workspace is '..', which would change the address"),
    (
        "blinkops",
        None,
        {"sync_timeout": 5},
        "BlinkOps: option 'sync_timeout' exists only with variant='sync'",
    ),
    ("blinkops", "sync", {"sync_timeout": 0}, "option sync_timeout: 0 is less than the minimum of 1"),
    ("blinkops", "sync", {"sync_timeout": "long"}, "option sync_timeout: 'long' is not of type 'integer'"),
    ("blinkops", "sync", {"sync_timeout": 1.5}, "option sync_timeout: 1.5 is not of type 'integer'"),
    ("wisebot", None, {"timeout": 5}, "Wisebot: option 'timeout' is unknown; known: none"),
    ("vishwa", None, {"temp": "perhaps"}, "option temp: 'perhaps' is not of type 'boolean'"),
    ("vishwa", None, {"override_config": [1]}, "option override_config: [1] is not of type 'object'"),
    (
        "vishwa",
        None,
        {"override_config": {"a": {1}}},
        "vishwa.ai: options.override_config.a: JSON has no set",
    ),
    ("vishwa", None, ["temp"], "options must be a mapping of names to values, not list"),
    ("vishwa", None, None, "options must be a mapping of names to values, not NoneType"),
    ("vishwa", None, {1: 2}, "options: the name 1 is no text"),
    ("vishwa", None, {"a": 1, "b": 2}, "option 'a' is unknown; known: override_config, temp; 'b' is unknown"),
]


@pytest.mark.parametrize(("platform", "variant", "options", "said"), WRONG)
def test_a_wrong_option_is_named_before_anything_is_sent(
    platform: str, variant: str | None, options: Any, said: str
) -> None:
    """The error names platform, option, and what is wrong with it."""
    with pytest.raises(OptionsError) as caught:
        build(platform, variant).start_request(RunOrder("f-1", options=options, task={"key": "k"}))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "callback",
    [
        {"url": "https://me.test", "method": 5},
        {"uri": "https://me.test"},
        {"url": "me.test/?k=s3cret-value"},
        {"headers": {"X": "s3cret-value"}, "url": 5},
        '{"headers": {"X": "s3cret-value"}, "uri": 1}',
        "https://me.test/?k=s3cret-value",
    ],
)
def test_a_malformed_callback_is_not_repeated(callback: Any) -> None:
    """The error about a call-back lists its members, and shows nothing of what may be secret in it."""
    with pytest.raises(
        OptionsError, match=r"callback \(Call-back\) is malformed; its members are url, method"
    ) as caught:
        build("blinkops").start_request(RunOrder("f-1", options={"callback": callback}))
    assert "s3cret-value" not in str(caught.value)


SECRET = st.text("abcXYZ0189-_.~!$'()*,;:@/?%& =+\"\\é", min_size=4, max_size=12).map(
    lambda text: f"Q{text}Z"
)
FIELDS = load("blinkops").options


@given(
    headers=st.dictionaries(st.text(max_size=5), SECRET), cookies=st.dictionaries(st.text(max_size=5), SECRET)
)
def test_values_of_headers_and_cookies_are_hidden(headers: dict[str, str], cookies: dict[str, str]) -> None:
    """What people see of a call-back, be it an object or a text, has its names and none of its secrets."""
    callback = {"url": "https://me.test/x", "headers": headers, "cookies": cookies, "method": "PUT"}
    for given_as in (callback, json.dumps(callback)):
        options = {"callback": given_as, "runner": "r"}
        shown = without_secrets(FIELDS, options)
        assert shown["runner"] == "r"
        assert shown["callback"]["method"] == "PUT"
        assert shown["callback"]["url"] == "https://me.test/x"
        assert shown["callback"]["headers"] == dict.fromkeys(headers, "***")
        assert shown["callback"]["cookies"] == dict.fromkeys(cookies, "***")
        assert set(secret_parts(FIELDS, options)) == {*headers.values(), *cookies.values()}


@pytest.mark.parametrize(
    ("url", "shown", "secrets"),
    [
        ("https://me.test/a?token=t0ps3cret&x=1", "https://me.test/a?token=***&x=***", {"t0ps3cret", "1"}),
        ("https://me.test/?k=a%20b+c", "https://me.test/?k=***", {"a%20b+c", "a b c"}),
        ("https://me.test/?flag&empty=", "https://me.test/?flag&empty=", set()),
        ("https://me:pa%3Ass@me.test/", "https://me:***@me.test/", {"pa%3Ass", "pa:ss"}),
        ("https://[bad?k=v", "***", {"https://[bad?k=v"}),
        ("me.test/?k=v", "***", {"me.test/?k=v"}),
    ],
)
def test_values_of_an_addresss_query_are_hidden(url: str, shown: str, secrets: set[str]) -> None:
    """Of an address the query's values and the password are secret; of what is no address, all of it."""
    options = {"callback": {"url": url}}
    assert set(secret_parts(FIELDS, options)) == secrets
    assert without_secrets(FIELDS, options) == {"callback": {"url": shown}}


def test_a_secret_is_hidden_wherever_the_option_repeats_it() -> None:
    """A secret of the headers is hidden in the body too, deep inside and inside a longer text."""
    callback: dict[str, Any] = {
        "url": "https://me.test",
        "headers": {"X": "s3cret-value", "N": 12345, "on": True, "none": None, "L": ["other-value"]},
        "body": {"again": ["see s3cret-value!", 12345, 7], "same": "other-value"},
    }
    shown = without_secrets(FIELDS, {"callback": callback})
    assert shown["callback"]["headers"] == {"X": "***", "N": "***", "on": True, "none": None, "L": ["***"]}
    assert shown["callback"]["body"] == {"again": ["see ***!", "***", 7], "same": "***"}
    assert callback["headers"]["X"] == "s3cret-value"


@pytest.mark.parametrize("value", ["{{ var.value.callback }}", "not json", ["s3cret-value"], 12345])
def test_what_cannot_be_read_is_hidden_whole(value: Any) -> None:
    """A call-back that is no object yet, or none at all, shows nothing."""
    shown = without_secrets(FIELDS, {"callback": value, "nobody": 1})
    assert shown == {"callback": ["***"] if isinstance(value, list) else "***", "nobody": 1}


def test_no_secret_means_no_change() -> None:
    """Options without secret fields, and a call-back that is not given, are shown as they are."""
    options = {"callback": None, "event": {"headers": {"X": "visible"}}, "workspace": "ws"}
    assert secret_parts(FIELDS, options) == []
    assert without_secrets(FIELDS, options) == options


def test_a_callbacks_secrets_stay_out_of_errors() -> None:
    """A platform that repeats the call-back in its refusal does not get its secrets into our error."""
    spoken = build("blinkops")
    callback = {
        "url": "https://me.test/?k=qu3ryv4lue",
        "headers": {"X": "h34derv4lue"},
        "cookies": {"c": "c00kiev4lue"},
    }
    wish = RunOrder("f-1", options={"callback": callback})
    request = spoken.start_request(wish)
    assert b"h34derv4lue" in (request.body or b"")
    assert "v4lue" not in repr(request) + str(request)
    with pytest.raises(Exception, match="was answered 400") as caught:
        spoken.read_start(wish, answer(request, 400, {"message": f"bad callback {json.dumps(callback)}"}))
    assert "v4lue" not in str(caught.value) + repr(caught.value)


def test_a_default_may_speak_of_other_options() -> None:
    """A default is evaluated in the spec's order, and an explicit value wins."""
    spoken = build("scade")
    sent = json.loads(spoken.start_request(RunOrder("f", options=NODES)).body or b"")
    assert sent["result_node_id"] == NODES["end_node_id"]


def test_fields_know_their_types() -> None:
    """A field without a type is a text; a list of types takes the first reading that fits."""
    assert Field.from_spec("a", {"title": "A"}).types == ("string",)
    mixed = Field.from_spec("a", {"title": "A", "type": ["boolean", "integer", "object"]})
    texts = ("yes", "OFF", "1", "12", '{"a": 1}', "x", " ", "[1]", "1.5")
    assert [mixed.coerced(text) for text in texts] == [
        True,
        False,
        True,
        12,
        {"a": 1},
        "x",
        None,
        [1],
        1.5,
    ]
