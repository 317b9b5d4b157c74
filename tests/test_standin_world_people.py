"""The stand-in shop's customers and markets: of every kind, and nobody who could be real."""

from typing import Any

from standin.world import NAMED, World

WORLD = World()


def named(name: str) -> Any:
    node = WORLD.node(NAMED[name])
    assert node is not None
    return node


def test_two_customers_share_an_email_but_for_its_case() -> None:
    lower, upper = (named(f"customer-email-{case}") for case in ("lower", "upper"))
    emails = [node["defaultEmailAddress"]["emailAddress"] for node in (lower, upper)]
    assert lower["id"] != upper["id"]
    assert emails[0] != emails[1]
    assert emails[0] == emails[1].lower()
    for name, customer in (("same-email-lower", lower), ("same-email-upper", upper)):
        assert named(name)["customer"]()["id"] == customer["id"]


def test_customers_are_in_every_state_and_consent() -> None:
    rows = range(len(WORLD.table("customers")))
    customers = [WORLD.customer(row) for row in rows]
    assert {c["state"] for c in customers} == {"ENABLED", "DISABLED", "INVITED", "DECLINED"}
    assert {c["verifiedEmail"] for c in customers} == {True, False}
    emails = [c["defaultEmailAddress"] for c in customers]
    assert {email["marketingState"] for email in emails if email} == {
        "SUBSCRIBED",
        "NOT_SUBSCRIBED",
        "UNSUBSCRIBED",
        "PENDING",
        "INVALID",
    }
    countries = {c["defaultAddress"]["countryCodeV2"] for c in customers if c["defaultAddress"]}
    assert countries >= {"US", "CA", "GB", "DE", "FR", "JP"}


def test_nobody_has_an_address_or_a_number_that_could_be_real() -> None:
    for row in range(len(WORLD.table("customers"))):
        email = WORLD.customer(row)["defaultEmailAddress"]
        assert email is None or email["emailAddress"].lower().endswith("@example.com")
    for row in range(len(WORLD.table("orders"))):
        ip = WORLD.order(row)["clientIp"]
        assert ip is None or ip.startswith(("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8::"))


def test_markets_hold_a_draft_one_one_for_all_and_two_for_one_country() -> None:
    listed = {market["handle"]: market for market in WORLD.markets()}
    assert [m["status"] for m in listed.values()].count("DRAFT") == 1
    conditions = {handle: market["conditions"] for handle, market in listed.items()}
    assert conditions.pop("not-yet") is None
    regions = {handle: known["regionsCondition"] for handle, known in conditions.items()}
    assert regions.pop("offices") is None
    assert [h for h, r in regions.items() if r["applicationLevel"] == "ALL"] == ["everywhere"]
    american = [h for h, r in regions.items() if "US" in [c["code"] for c in r["regions"]]]
    assert american == ["us", "north-america"]
    assert len(regions["eu"]["regions"]) == 27


def test_some_customers_have_a_members_number_some_an_empty_one_and_some_none() -> None:
    rows = range(len(WORLD.table("customers")))
    customers = [WORLD.customer(row) for row in rows]
    found = [
        [field["value"] for field in customer["metafields"] if field["key"] == "member_id"]
        for customer in customers
    ]
    assert found.count([]) > 20
    assert found.count([""]) > 5
    numbers = [values[0] for values in found if values and values[0]]
    assert len(numbers) > 40
    assert len(set(numbers)) == len(numbers)
