"""A customer becomes Identify, Customer Created and Customer Enabled."""

from typing import Any

import pytest

from golden import SHOP, events_of, record_of
from littlerelay.errors import RecordError
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping


def events(**changed: Any) -> list[dict[str, Any]]:
    """Returns the events of a customer's record, changed."""
    record = record_of("customers/enabled") | changed
    return map_record("customers", record, Mapping(shop=SHOP))


@pytest.mark.parametrize("state", ["disabled", "invited", "declined", None])
def test_only_a_verified_and_enabled_customer_is_enabled(state: str | None) -> None:
    names = [event.get("event") for event in events()]
    assert names == [None, "Customer Created", "Customer Enabled"]
    assert len(events(state=state)) == 2
    assert len(events(verified_email=False)) == 2


def test_identify_holds_every_trait() -> None:
    traits = events()[0]["traits"]
    assert traits["createdAt"] == "2023-11-05T10:00:00.000Z"
    assert traits["customerLifetimeValue"] == 412.5
    assert traits["purchaseCount"] == 4
    assert traits["default_address"] == traits["address"]
    assert traits["email_consent_state"] == "subscribed"
    assert traits["sms_opt_in_level"] is None


def test_each_state_of_a_customer_is_a_fact_of_its_own() -> None:
    before, same = events()[0], events(updated_at="2024-05-01T00:00:00Z")[0]
    after = events(tags="vip")[0]
    assert same["messageId"] == before["messageId"]
    assert after["messageId"] != before["messageId"]


def test_unknown_consent_is_null() -> None:
    traits = events(email_marketing_consent=None, sms_marketing_consent=None)[0]["traits"]
    consent = [name for name in traits if "consent" in name or "opt_in" in name]
    assert len(consent) == 4
    assert all(traits[name] is None for name in consent)


def test_states_are_dated_by_the_update_but_not_after_the_end() -> None:
    identify, created, enabled = events()
    assert identify["timestamp"] == enabled["timestamp"] == "2024-03-06T08:00:00.000Z"
    assert created["timestamp"] == "2023-11-05T10:00:00.000Z"
    identify, _, enabled = events_of("customers/current_totals")
    assert identify["timestamp"] == enabled["timestamp"] == "2024-03-01T00:00:00.000Z"


def test_totals_stand_in_events_only_where_todays_are_asked_for() -> None:
    totals = {"lifetime_revenue_littledata", "purchase_count_littledata"}
    assert not totals & events()[1]["properties"].keys()
    _, created, _ = events_of("customers/current_totals")
    assert totals <= created["properties"].keys()


def test_totals_are_in_the_customers_currency() -> None:
    traits = events_of("customers/jpy_spender")[0]["traits"]
    assert traits["customerLifetimeValue"] == 41250.0


def test_a_customer_without_the_time_of_their_state_is_refused() -> None:
    record = record_of("customers/enabled")
    del record["updated_at"]
    with pytest.raises(RecordError, match="missing_field: updated_at"):
        map_record("customers", record, Mapping(shop=SHOP))
