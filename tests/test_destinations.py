"""Events go to the region or the endpoint that was named, with a key from exactly one source."""

from __future__ import annotations

from pathlib import Path

import pytest

from littlerelay.configuration import Options, configuration
from littlerelay.destinations import destination
from littlerelay.errors import RefusedError, RelayError, UsageError
from littlerelay.settings import Destination, OAuth
from segment_keys import KEY, key_file, pem
from setting_files import refused, write

AT = "@"  # apart, so that nothing here looks like an e-mail address
US = {"RELAY_REGION": "us", "RELAY_WRITE_KEY": KEY}
APP = {"RELAY_OAUTH_APP_ID": "app-1", "RELAY_OAUTH_KEY_ID": "key-1"}
# In the shape of Segment's write keys, and of none that there is.
SHAPED = "0aB1cD2eF3gH4iJ5" * 2


def found(given: dict[str, str | bool] | None = None, /, **environ: str) -> Destination:
    return destination(configuration(Options(given or {}), environ), environ)


def refusal(
    given: dict[str, str | bool] | None = None,
    error: type[RelayError] = UsageError,
    /,
    **environ: str,
) -> tuple[str, str]:
    """Returns the sentence and the hint of what is refused; neither shows a secret."""
    with pytest.raises(error) as caught:
        found(given, **environ)
    told = str(caught.value), caught.value.hint
    assert all(told)
    assert "canary" not in " ".join(told)
    return told


def test_a_region_has_its_own_endpoint() -> None:
    cdn = "https://cdn.segment.com"
    assert found(**US) == Destination("https://api.segment.io/v1/batch", KEY, "us", cdn)
    assert found({"region": "eu"}, **US) == Destination(
        "https://events.eu1.segmentapis.com/v1/batch", KEY, "eu", cdn
    )


def test_without_a_region_it_is_said_where_one_sees_it_and_what_a_wrong_one_costs() -> None:
    message, hint = refusal(RELAY_WRITE_KEY=KEY)
    assert message == "It is not said in which region your Segment workspace is."
    assert hint.startswith("Give --region us or --region eu, or set RELAY_REGION")
    assert "workspace's settings" in hint
    assert "lost without an error" in hint


def test_a_region_and_an_endpoint_contradict_each_other() -> None:
    message, _ = refusal({"endpoint": "https://segment.example.com"}, **US)
    assert message.startswith("region (from RELAY_REGION) and endpoint (from --endpoint) contradic")


@pytest.mark.parametrize(
    ("text", "endpoint", "settings"),
    [
        ("https://segment.example.com", "https://segment.example.com/v1/batch", None),
        ("https://segment.example.com/", "https://segment.example.com/v1/batch", None),
        ("https://segment.example.com:8443/in", "https://segment.example.com:8443/in", None),
        ("http://127.0.0.1:80", "http://127.0.0.1:80/v1/batch", "http://127.0.0.1:80"),
        ("http://[::1]:80/batch", "http://[::1]:80/batch", "http://[::1]:80"),
        ("https://localhost:1", "https://localhost:1/v1/batch", "https://localhost:1"),
    ],
)
def test_an_endpoint_of_one_s_own_has_no_region(
    text: str, endpoint: str, settings: str | None
) -> None:
    expected = Destination(endpoint, KEY, None, settings)
    assert found({"endpoint": text}, RELAY_WRITE_KEY=KEY) == expected


@pytest.mark.parametrize(
    "text",
    [
        "http://segment.example.com",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0:80",
        "ftp://127.0.0.1",
        "segment.example.com",
        "https:///v1/batch",
        "https://",
        f"https://ada:canary{AT}segment.example.com",
        f"https://{AT}segment.example.com",
        "https://segment.example.com/?key=canary",
        "https://segment.example.com/?",
        "https://segment.example.com/#canary",
        "https://segment.example.com\\.example.com",
        "https://segment.example.com:port",
        "https://segment.example.com:0",
        "https://segment.example.com/\n",
        "https://[::1",
    ],
)
def test_what_is_no_address_of_a_batch_api_is_refused(text: str) -> None:
    message, hint = refusal({"endpoint": text}, RELAY_WRITE_KEY=KEY)
    assert message == "--endpoint is not the address of a batch API."
    assert "http:// is for this machine alone" in hint


def test_segment_s_own_endpoint_is_named_by_its_region() -> None:
    eu = "https://events.eu1.segmentapis.com/v1/batch"
    message, hint = refusal(RELAY_ENDPOINT=eu, RELAY_WRITE_KEY=KEY)
    assert message == "endpoint names events.eu1.segmentapis.com, which is Segment's own."
    assert hint == "Give --region eu in its place."


def test_the_write_key_comes_from_a_file_a_command_or_the_environment(tmp_path: Path) -> None:
    path = key_file(tmp_path / "key", f"{KEY}\n")
    assert found({"region": "us", "write_key_file": path}).write_key == KEY
    assert found({"region": "us", "write_key_cmd": f"cat {path}"}).write_key == KEY
    assert found(**US).write_key == KEY


def test_options_win_over_the_environment_and_that_over_the_file() -> None:
    write("region = 'us'\nwrite_key_cmd = 'false'")
    assert found(RELAY_WRITE_KEY=KEY).write_key == KEY
    assert found({"write_key_cmd": "echo of-an-option"}, **US).write_key == "of-an-option"


def test_two_sources_of_the_key_are_refused_and_named() -> None:
    message, _ = refusal(RELAY_WRITE_KEY_CMD="echo canary", **US)
    assert message == "A write key comes from RELAY_WRITE_KEY and from RELAY_WRITE_KEY_CMD."


def test_without_a_key_the_ways_to_give_one_are_listed() -> None:
    message, hint = refusal(RELAY_REGION="us", RELAY_TOKEN="of-the-shop")
    assert message == "There is no write key."
    assert all(way in hint for way in ("RELAY_WRITE_KEY", "--write-key-file", "--write-key-cmd"))


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = key_file(tmp_path / "key", KEY, mode=0o640)
    message, hint = refusal({"write_key_file": path}, RELAY_REGION="us")
    assert "others on this machine may read it" in message
    assert hint == f"Run: chmod 600 {path}"


def test_a_key_command_that_fails_is_named_as_one() -> None:
    message, hint = refusal({"write_key_cmd": "false"}, RefusedError, RELAY_REGION="us")
    assert message == "The write key command false failed (1)."
    assert "it must print the write key and nothing else" in hint


@pytest.mark.parametrize(
    "key", ["canary1", '"canary-key"', "canary'-key", "canary\\key", "canary:key"]
)
def test_a_key_that_can_be_none_is_refused_and_not_shown(key: str) -> None:
    message, hint = refusal(RELAY_REGION="us", RELAY_WRITE_KEY=key)
    assert message.startswith("The write key cannot be one")
    assert hint.startswith("Copy it from Segment")


@pytest.mark.parametrize("key", ["canary key", "canary-é-key", "\x1b[2Jcanary-key"])
def test_a_key_that_no_header_can_carry_is_refused(key: str) -> None:
    assert refusal(RELAY_REGION="us", RELAY_WRITE_KEY=key)[0].startswith("No secret is to be had")


@pytest.mark.parametrize(
    "content",
    [
        f"write_key_file = '{SHAPED}'",
        f"write_key_cmd = 'echo {SHAPED}'",
        f"region = '{SHAPED}'",
        f"namespace = '{SHAPED}'",
        f"integrations = {{{SHAPED} = true}}",
    ],
)
def test_a_write_key_in_place_of_a_setting_is_refused_and_not_shown(content: str) -> None:
    write(content)
    message, hint = refused()
    assert message.endswith(" holds a write key of Segment's, and no setting may.")
    assert hint.startswith("Take it out; set RELAY_WRITE_KEY")
    assert SHAPED not in message + hint


def test_a_private_key_in_place_of_a_setting_is_refused_and_not_shown() -> None:
    message, hint = refused(RELAY_OAUTH_KEY_ID=pem())
    assert message == "RELAY_OAUTH_KEY_ID holds a private key, and no setting may."
    assert hint == "Take it out; name its file with oauth_key_file."


@pytest.mark.parametrize("name", ["write_key_file", "write_key_cmd", "oauth_key_file"])
def test_a_secret_in_place_of_its_source_is_not_shown(name: str) -> None:
    secret = "canary" * 5
    write(f"region = 'us'\n{name} = '{secret}'\n")
    environ = APP | ({} if name.startswith("write") else {"RELAY_WRITE_KEY": KEY})
    refusal({}, RelayError, **environ)


@pytest.mark.parametrize(
    "text", [SHAPED.lower(), SHAPED[:31], SHAPED + "x", f"secrets/{SHAPED}", f"{SHAPED}.txt"]
)
def test_what_is_not_in_the_shape_of_a_key_is_a_setting(text: str) -> None:
    assert (
        configuration(Options({"write_key_file": text}), {}).chosen["write_key_file"].value == text
    )


def test_the_ids_of_an_app_may_be_in_the_shape_of_a_key() -> None:
    chosen = configuration(Options({"oauth_app_id": SHAPED}), {}).chosen
    assert chosen["oauth_app_id"].value == SHAPED


@pytest.mark.parametrize(
    ("key", "way"),
    [
        ("write_key", "with write_key_file or write_key_cmd."),
        ("segment-write-key", "with write_key_file or write_key_cmd."),
        ("oauth_key", "a file that holds it, with oauth_key_file."),
        ("private_key", "a file that holds it, with oauth_key_file."),
        ("token", "with token_file or token_cmd."),
    ],
)
def test_a_secret_by_name_is_refused_with_what_to_do(key: str, way: str) -> None:
    write(f"{key} = 'canary'")
    message, hint = refused()
    assert f"{key} is a secret, and this file must hold none" in message
    assert hint.endswith(way)


@pytest.mark.parametrize(
    ("place", "server"),
    [
        ({"region": "us"}, "https://oauth2.segment.io"),
        ({"region": "eu"}, "https://oauth2.eu1.segmentapis.com"),
        ({"endpoint": "http://127.0.0.1:81/x"}, "http://127.0.0.1:81"),
    ],
)
def test_oauth_has_the_server_of_its_region(
    tmp_path: Path, place: dict[str, str | bool], server: str
) -> None:
    given = {**place, "oauth_key_file": key_file(tmp_path / "key.pem")}
    expected = OAuth("app-1", "key-1", pem(), server, "tracking_api:write")
    assert found(given, RELAY_WRITE_KEY=KEY, **APP).oauth == expected


def test_oauth_for_an_endpoint_of_one_s_own_is_refused(tmp_path: Path) -> None:
    given: dict[str, str | bool] = {
        "endpoint": "https://segment.example.com",
        "oauth_key_file": key_file(tmp_path / "key.pem"),
    }
    message, _ = refusal(given, RELAY_WRITE_KEY=KEY, **APP)
    assert message == "OAuth is Segment's own, and events would go to an endpoint of yours."


def test_oauth_that_is_half_set_is_refused() -> None:
    message, hint = refusal(**US, **APP)
    assert message == "OAuth is half set: oauth_key_file is missing."
    assert hint == "Give all of oauth_app_id, oauth_key_id, oauth_key_file, or none."


@pytest.mark.parametrize(
    "content", ["canary", "", pem(b"canary"), pem().replace("PRIVATE", "PUBLIC")]
)
def test_what_is_no_private_key_is_refused_and_not_shown(tmp_path: Path, content: str) -> None:
    path = key_file(tmp_path / "key.pem", content)
    message, _ = refusal({"oauth_key_file": path}, **US, **APP)
    assert message.startswith("The file of oauth_key_file holds no private key")


def test_a_private_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = key_file(tmp_path / "key.pem", mode=0o644)
    message, _ = refusal({"oauth_key_file": path}, **US, **APP)
    assert "others on this machine may read it" in message


@pytest.mark.parametrize("text", ["two words", "é", "a\nb", "x" * 201])
def test_an_id_of_an_app_is_one_word(text: str) -> None:
    assert refused(RELAY_OAUTH_APP_ID=text)[0] == (
        "RELAY_OAUTH_APP_ID is no id, which is one word of plain ASCII."
    )


def test_no_secret_is_in_a_repr(tmp_path: Path) -> None:
    whole = found({"oauth_key_file": key_file(tmp_path / "key.pem")}, **US, **APP)
    shown = f"{whole!r} {whole.oauth!r}"
    assert "app-1" in shown
    assert KEY not in shown
    assert pem().splitlines()[1] not in shown
