"""A setting comes from relay.toml, the environment or an option, and what is wrong is refused."""

from __future__ import annotations

import os
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from command import CANARY
from littlerelay.configuration import Options, configuration
from littlerelay.configuration.table import MAPPING, SETTINGS
from littlerelay.environment import load
from littlerelay.errors import UsageError
from littlerelay.settings import Choices, Mapping
from setting_files import found, refused, write

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"
CONSENT = (("Analytics", True), ("Advertising", False), ("Functional", True), ("DataSharing", True))

# Setting -> as relay.toml has it, as text, and the value that a mapper sees.
OTHER_VALUES: dict[str, tuple[str, str, Any]] = {
    "user_id": ('"metafield:custom.no-1"', "metafield:custom.no-1", "metafield:custom.no-1"),
    "anonymous_id_attributes": ('["a b", "c"]', "a b, c", ("a b", "c")),
    "order_id": ('"number"', "number", "number"),
    "checkout_id": ('"id"', "id", "id"),
    "amounts": ('"shopify"', "shopify", "shopify"),
    "revenue": ("true", "true", True),
    "customer_totals": ('"current"', "current", "current"),
    "pos_as_order_completed": ("true", "yes", True),
    "include_test": ("true", "1", True),
    "refund_zero": ("true", "TRUE", True),
    "coupon_on": ('"both"', "both", "both"),
    "upsell_by": ('"anyone"', "anyone", "anyone"),
    "braze_keys": ('["b"]', "b", ("b",)),
    "amplitude_keys": ('["a"]', "a", ("a",)),
    "cookies_to_track": ('["_ga", "é"]', "_ga,é", ("_ga", "é")),
    "leave_out": (
        '["fulfillment updated", "Identify"]',
        "Fulfillment Updated, identify",
        ("Fulfillment Updated", "Identify"),
    ),
    "integrations": (
        '{ All = false, "Google Analytics" = true }',
        "All=false Google Analytics=true",
        (("All", False), ("Google Analytics", True)),
    ),
    "consent": (
        "{ DataSharing = true, Advertising = false, Functional = true, Analytics = true }",
        "DataSharing=true, Advertising=false, Functional=true, Analytics=true",
        CONSENT,
    ),
    "sent_from": ('"our shop"', "our shop", "our shop"),
    "namespace": ('"test"', "test", "test"),
    "pixel_server_events": ("true", "true", True),
    "session_pause": ("45", "45", 45),
}


def test_all_that_a_user_may_choose_is_a_setting() -> None:
    chosen = {field.name for field in fields(Choices)} - {"shop"}
    assert {setting.name for setting in MAPPING} == chosen == set(OTHER_VALUES)


@pytest.mark.parametrize("name", OTHER_VALUES)
@pytest.mark.parametrize("way", ["relay.toml", "environment", "option"])
def test_every_setting_reaches_the_mapper_by_every_way(name: str, way: str) -> None:
    in_toml, text, value = OTHER_VALUES[name]
    setting = SETTINGS[name]
    if way == "relay.toml":
        write(f"{name} = {in_toml}")
        mapping = found()
    elif way == "environment":
        mapping = found(**{setting.variable: text})
    else:
        mapping = found({name: value if isinstance(value, bool) else text})
    assert mapping != Mapping(shop="")
    assert mapping == Mapping(**{"shop": "", name: value})


def test_without_a_word_all_is_as_the_mapping_has_it() -> None:
    assert found() == Mapping(shop="")
    assert found(RELAY_USER_ID="", RELAY_CONFIG="") == Mapping(shop="")


def test_an_option_wins_over_the_environment_and_that_over_the_file() -> None:
    write('namespace = "file"\norder_id = "id"\nuser_id = "email"\nrevenue = true\n')
    chosen = configuration(
        Options({"namespace": "option", "revenue": False}),
        {"RELAY_NAMESPACE": "environment", "RELAY_ORDER_ID": "number"},
    ).chosen
    told = {name: (one.value, one.place) for name, one in chosen.items()}
    assert told["namespace"] == ("option", "--namespace")
    assert told["revenue"] == (False, "--no-revenue")
    assert told["order_id"] == ("number", "RELAY_ORDER_ID")
    assert told["user_id"] == ("email", "relay.toml")
    assert told["amounts"] == ("without_tax", "default")


def test_the_file_is_the_one_that_is_named() -> None:
    write('namespace = "here"')
    write('namespace = "option"', "a/one.toml")
    write('namespace = "environment"', "a/two.toml")
    environ = {"RELAY_CONFIG": "a/two.toml"}
    assert configuration(Options(), {}).mapping().namespace == "here"
    assert configuration(Options(), environ).mapping().namespace == "environment"
    chosen = configuration(Options(config="a/one.toml"), environ)
    assert (chosen.mapping().namespace, chosen.file) == ("option", Path("a/one.toml"))


def test_no_file_is_used_where_the_null_device_is_named() -> None:
    write("no TOML")
    assert found(RELAY_CONFIG=os.devnull) == Mapping(shop="")


def test_a_path_in_the_file_is_seen_from_its_folder() -> None:
    write("secret", "etc/token")
    write('shop = "acme.myshopify.com"\ntoken_file = "token"\nstate_dir = "~/st"', "etc/relay.toml")
    settings = load(Options(config="etc/relay.toml"), {})
    assert settings.credentials.token == "secret"
    assert (settings.shop, settings.state) == ("acme.myshopify.com", Path.home() / "st")
    assert settings.file == Path("etc/relay.toml")


def test_a_token_of_the_environment_wins_over_a_command_of_the_file() -> None:
    write('shop = "acme.myshopify.com"\ntoken_cmd = "false"')
    assert load(Options(), {"RELAY_TOKEN": "t"}).credentials.token == "t"


def test_two_sources_in_the_file_are_refused_and_named() -> None:
    write('shop = "acme.myshopify.com"\ntoken_cmd = "a"\ntoken_file = "b"')
    with pytest.raises(UsageError, match=r"token_file in relay\.toml and from token_cmd in relay"):
        load(Options(), {})


def test_a_mark_at_the_beginning_and_comments_do_no_harm() -> None:
    write(b"\xef\xbb\xbf# mine\r\nnamespace = 'x'\r\n")
    assert found().namespace == "x"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("user_id", "mail", " is 'mail', but must be shopify_customer_id"),
        ("leave_out", "Identify,,Alias", " has an empty name."),
        ("leave_out", "Identity", " has 'Identity', which is no event."),
        ("integrations", "All", " is 'All', but must be NAME=true or NAME=false, with commas"),
        ("integrations", "All=maybe", " is 'All=maybe', but must be NAME=true"),
        ("integrations", "All=true,,A=true", " is 'All=true,,A=true', but must be"),
        ("integrations", "A=true A=false", " has 'A' twice."),
        ("integrations", "All=false Mixpanle=true", " has 'Mixpanle', which is no"),
        ("integrations", "mixpanel=true", " has 'mixpanel', which is no"),
        ("integrations", "Facebook Convesions API=true", " has 'Facebook Convesions API', which"),
        ("consent", "Analytics=true", " lacks Advertising, Functional and DataSharing"),
        ("session_pause", "1e3", " is '1e3', but must be a whole number from 1 to 1,440."),
        ("session_pause", "9" * 5000, " is '" + "9" * 60 + "...', but must be a whole number"),
        ("session_pause", "0", " is out of bounds"),
        ("namespace", "\udcff", " is not UTF-8 text."),
    ],
)
def test_a_wrong_variable_or_option_is_named(name: str, text: str, said: str) -> None:
    setting = SETTINGS[name]
    assert refused(**{setting.variable: text})[0].startswith(setting.variable + said)
    assert refused({name: text})[0].startswith(setting.option + said)


def test_a_wrong_flag_in_the_environment_is_named() -> None:
    said = "RELAY_REVENUE is 'maybe', but must be true or false."
    assert refused(RELAY_REVENUE="maybe")[0] == said


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("All=false,Google Analytics=true", (("All", False), ("Google Analytics", True))),
        (" All = false , Mixpanel=True ", (("All", False), ("Mixpanel", True))),
        ("Actions Amplitude=true All=false", (("Actions Amplitude", True), ("All", False))),
        ("true=false", (("true", False),)),
    ],
)
def test_names_of_destinations_may_hold_spaces(
    text: str, pairs: tuple[tuple[str, bool], ...]
) -> None:
    assert found({"integrations": text}).integrations == pairs


@pytest.mark.parametrize(
    "names",
    [
        ("All", "Mixpanel", "Mixpanle"),  # both are named, so both are meant
        ("Acme Warehouse Sync",),
        ("Braze", "Braze Cloud Mode (Actions)", "Google Analytics", "Google Analytics 4 Cloud"),
    ],
)
def test_other_names_of_destinations_are_taken(names: tuple[str, ...]) -> None:
    text = ", ".join(f"{name}=true" for name in names)
    assert found({"integrations": text}).integrations == tuple((name, True) for name in names)


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("RELAY_USERID", "RELAY_USER_ID"),
        ("RELAY_TOKENS", "RELAY_TOKEN"),
        ("RELAY_CLIENT_SECRETS", "RELAY_CLIENT_SECRET"),
        ("RELAY_LEAVEOUT", "RELAY_LEAVE_OUT"),
        ("RELAY_revenue", "RELAY_REVENUE"),
        ("RELAY_Token", "RELAY_TOKEN"),
    ],
)
def test_a_variable_that_is_ours_but_for_a_slip_is_refused(slip: str, meant: str) -> None:
    message, hint = refused(**{slip: CANARY})
    assert message == f"{slip} is no variable that relay reads; did you mean {meant}?"
    assert f"env -u {slip} relay" in hint
    assert CANARY not in message + hint


@pytest.mark.parametrize("name", ["RELAY_HOST", "RELAY_SMTP_PORT", "RELAY_", "MY_RELAY_USERID"])
def test_variables_of_others_are_let_be(name: str) -> None:
    assert found(**{name: "x"}) == Mapping(shop="")


def test_the_example_of_the_page_is_a_file_of_settings() -> None:
    [example] = re.findall(
        r"<!-- example: relay.toml -->\n\n```toml\n(.*?)```", PAGE.read_text(), re.DOTALL
    )
    path = write(example)
    chosen = configuration(Options(), {}).chosen
    keys = {name for name, one in chosen.items() if one.place == str(path)}
    assert {"shop", "token_file", "integrations", "consent"} <= keys
    assert chosen["consent"].value == CONSENT


TOKEN = "shpat_" + "0a" * 16


@pytest.mark.parametrize(
    "content",
    [
        f'token_file = "{TOKEN}"',
        f'token_cmd = "echo {TOKEN}"',
        f'sent_from = "{TOKEN}"',
        f'shop = "{TOKEN}"',
        f'braze_keys = ["{TOKEN}"]',
        f'integrations = {{"{TOKEN}" = true}}',
    ],
)
def test_a_token_in_place_of_a_setting_is_refused_and_not_shown(content: str) -> None:
    write(content)
    message, hint = refused()
    assert "holds a secret of Shopify's" in message
    assert TOKEN not in message + hint


def test_a_token_in_place_of_a_setting_is_refused_wherever_it_stands() -> None:
    for message, _ in (refused(RELAY_SENT_FROM=TOKEN), refused({"token_file": TOKEN})):
        assert "holds a secret of Shopify's" in message


@pytest.mark.parametrize(
    "shop", ["acme.com", "https://acme.myshopify.com", ".myshopify.com", "a.myshopify.com/admin"]
)
def test_a_shop_that_cannot_be_one_is_refused(shop: str) -> None:
    message, hint = refused(RELAY_SHOP=shop)
    assert message == f"RELAY_SHOP is {shop!r}, which is not the domain of a Shopify shop."
    assert "acme.myshopify.com" in hint


def test_a_secret_in_place_of_its_file_is_not_shown() -> None:
    secret = "0a" * 16  # of a shape of its own, which nothing blots out
    given = Options({"shop": "acme.myshopify.com", "token_file": secret})
    with pytest.raises(UsageError) as caught:
        load(given, {})
    assert secret not in str(caught.value) + caught.value.hint
