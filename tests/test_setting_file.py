"""What is wrong with relay.toml is told in one sentence, with its place and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from command import CANARY
from setting_files import found, refused, write

WRONG_FILES = [
    ("user_ids = 'email'", "relay.toml, line 1: `user_ids` is no setting; did you mean `user_id`?"),
    ("\n\nuser-id = 'email'", "line 3: `user-id` is no setting; did you mean `user_id`?"),
    ("[mapping]\nuser_id = 'email'", "relay.toml, line 1: `mapping` is no setting"),
    ("user_id = 'mail'", "line 1: user_id is 'mail', but must be shopify_customer_id, hashed_ema"),
    ("user_id = 'metafield:custom'", "user_id is 'metafield:custom', but must be"),
    ("user_id = 'metafield:a b.cd'", "user_id is 'metafield:a b.cd', but must be"),
    ("user_id = true", "user_id is true, but must be a text."),
    ("revenue = 'yes'", "revenue is a text, but must be true or false."),
    ("revenue = 1", "revenue is a number, but must be true or false."),
    ("namespace = 2024-01-01", "namespace is a date or a time, but must be a text."),
    ("sent_from = ' '", "sent_from is empty, but must be a text that is not."),
    ("session_pause = 0", "session_pause is out of bounds: it must be a whole number from 1 to 1,"),
    ("session_pause = 1441", "session_pause is out of bounds"),
    ("session_pause = true", "session_pause is true, but must be a whole number"),
    ("session_pause = 1.5", "session_pause is a number, but must be a whole number"),
    ("a = 1\n", "`a` is no setting."),
    ("leave_out = 'Identify'", "leave_out is a text, but must be a list of names."),
    ("leave_out = ['Order Compleet']", "leave_out has 'Order Compleet', which is no event."),
    ("leave_out = ['Identify', 'identify']", "leave_out has 'Identify' twice."),
    ("braze_keys = ['a', 'a']", "braze_keys has 'a' twice."),
    ("braze_keys = ['a', ' ']", "braze_keys has an empty name."),
    ("braze_keys = ['a', 1]", "braze_keys is a number, but must be a text."),
    ("integrations = true", "integrations is true, but must be a table of names"),
    ("# x\n[integrations]\nA = 'on'", "line 2: integrations has a text for 'A', but must have tr"),
    (
        "integrations = {'A=true, All' = false}",
        "integrations has 'A=true, All', but no name holds an equals",
    ),
    ("[integrations]\nall = false", "integrations has 'all'."),
    ("[integrations]\n'' = false", "integrations has an empty name."),
    ("[consent]\nAnalytics = true", "consent lacks Advertising, Functional and DataSharing, and"),
    ("[consent]\nMarketing = true", "consent has 'Marketing', but knows only Analytics, Adver"),
    ("shop = ''", "shop is empty"),
    ("state_dir = ''", "state_dir is empty."),
    (f"\ntoken = '{CANARY}'", "relay.toml, line 2: token is a secret, and this file must hold no"),
    (f"access-token = '{CANARY}'", "access-token is a secret"),
    (f"write_key = '{CANARY}'", "write_key is a secret"),
    (f"client_secret = '{CANARY}'", "client_secret is a secret"),
    (f"token_cmd = ['echo', '{CANARY}']", "token_cmd is a list, but must be a text."),
    ("client_id = 'x'", "client_id stands in the environment, beside its secret."),
    ("namespace = 'a'\nuser_id = email", "relay.toml is no TOML: Invalid value (at line 2, column"),
    ("a = " + "1" * 5000, "relay.toml is no TOML that relay can read."),
    ("a = " + "[" * 5000, "relay.toml is no TOML that relay can read."),
    ("#" * 70_000, "relay.toml is longer than 65,536 bytes."),
    (b"namespace = '\xff'", "relay.toml is not UTF-8 text (byte 14)."),
    ("namespace = 'x'".encode("utf-16"), "relay.toml is not UTF-8 text (byte 1)."),
]


@pytest.mark.parametrize(("content", "said"), WRONG_FILES)
def test_a_wrong_file_is_refused_in_one_sentence_with_the_place(
    content: str | bytes, said: str
) -> None:
    write(content)
    message, hint = refused()
    assert message.startswith("relay.toml")
    assert said in message
    assert hint
    assert "canary" not in message + hint
    assert "\n" not in message


def test_the_line_is_that_on_which_a_statement_of_several_begins() -> None:
    write("namespace = '''\nuser_id = 1\n'''\nbraze_keys = [\n  'a',\n  'a',\n]\n")
    assert refused()[0] == "relay.toml, line 4: braze_keys has 'a' twice."


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("user_id = 'hashed-email'", "Did you mean hashed_email?"),
        ("leave_out = ['Order Compleet']", "Did you mean Order Completed?"),
        ("consent = {analytic = true}", "Did you mean Analytics?"),
        ("integrations = {ALL = false}", "Segment knows it as All."),
        ("token = 'x'", "Take it out; name a file or a command that gives it, with token_file"),
        ("client_id = 'x'", "Set RELAY_CLIENT_ID and RELAY_CLIENT_SECRET."),
        ("zebra = 1", "`relay config` lists the settings."),
    ],
)
def test_a_refusal_says_what_to_do(content: str, hint: str) -> None:
    write(content)
    assert refused()[1].startswith(hint)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_refused(mode: int) -> None:
    write("namespace = 'x'", mode=mode)
    message, hint = refused()
    assert message.startswith("relay.toml can be changed by others on this machine")
    assert f"(mode {mode:04o})" in message
    assert hint == "Run: chmod go-w relay.toml"


def test_a_file_of_another_user_is_only_taken_when_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write("namespace = 'x'")
    if os.geteuid() == 0:
        os.chown(path, 12345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert "relay.toml in this folder belongs to another user" in refused()[0]
    assert found(RELAY_CONFIG="relay.toml").namespace == "x"


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("kind", ["folder", "pipe", "dangling link"])
def test_what_is_no_file_is_refused(kind: str, named: bool) -> None:
    path = Path("relay.toml")
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("gone")
    said = {"pipe": "is no plain file", "folder": "cannot be read: Is a directory"}
    message, hint = refused(**({"RELAY_CONFIG": "relay.toml"} if named else {}))
    assert message.startswith(f"relay.toml {said.get(kind, 'cannot be read: No such')}")
    assert hint.startswith("Give --config FILE")


@pytest.mark.parametrize("name", ["gone.toml", "a\0b", "~nosuch/relay.toml"])
def test_a_named_file_that_cannot_be_read_is_refused(name: str) -> None:
    assert f"{name} cannot be" in refused(RELAY_CONFIG=name)[0]
