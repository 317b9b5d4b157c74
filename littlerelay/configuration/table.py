"""Lists the settings: what each can be, which records it is for, and what it means.

All that is known of a setting comes from here: its key in relay.toml, its variable, its option, its
row in the README, and how its value is checked. Its default is that of `littlerelay.settings`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import get_args, get_type_hints

from littlerelay.configuration import kinds, segment_kinds
from littlerelay.configuration.kinds import Kind
from littlerelay.settings import Choices

PIXELS = "pixels"

_TYPES = get_type_hints(Choices)
_DEFAULTS = {field.name: field.default for field in fields(Choices)}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``of`` names the records whose events it shapes, empty for how they are got.

    ``help`` is one sentence or more for a line of help.
    """

    name: str
    kind: Kind
    help: str
    of: str = ""

    @property
    def default(self) -> object:
        """Give the value where nobody gives one; none where there is no such value."""
        return _DEFAULTS.get(self.name) if self.of else None

    @property
    def variable(self) -> str:
        """Give the name of its environment variable."""
        return f"RELAY_{self.name.upper()}"

    @property
    def option(self) -> str:
        """Give the name of its option."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def off(self) -> str:
        """Give the name of the option that turns a flag off."""
        return f"--no-{self.option.removeprefix('--')}"


def _one_of_its_type(name: str) -> Kind:
    """Give the kind of a setting whose type names its choices."""
    return kinds.choice(*get_args(_TYPES[name]))


SHOP = (
    Setting("shop", kinds.DOMAIN, "The shop: example.myshopify.com."),
    Setting("token_file", kinds.FILE, "A file with the access token that only you may read."),
    Setting("token_cmd", kinds.COMMAND, "A command that prints the access token."),
    Setting("state_dir", kinds.FOLDER, "Where jobs remember what they gave."),
    Setting("recharge_token_file", kinds.FILE, "A file with the token for Recharge's API."),
    Setting("recharge_token_cmd", kinds.COMMAND, "A command that prints that token."),
)

SEGMENT = (
    Setting("region", segment_kinds.REGION, "Where your Segment workspace is: us or eu."),
    Setting("write_key_file", kinds.FILE, "A file with the write key that only you may read."),
    Setting("write_key_cmd", kinds.COMMAND, "A command that prints the write key."),
    Setting("endpoint", segment_kinds.ENDPOINT, "A batch API of your own, in place of a region."),
    Setting("oauth_app_id", segment_kinds.ID, "The OAuth app, where the source asks for one."),
    Setting("oauth_key_id", segment_kinds.ID, "The app's public key, by its id."),
    Setting("oauth_key_file", kinds.FILE, "A file with the app's private key (PEM)."),
)

MAPPING = (
    Setting(
        "user_id",
        kinds.user("shopify_customer_id", "hashed_email", "email", "none"),
        "What is sent as userId.",
        "all",
    ),
    Setting(
        "anonymous_id_attributes",
        kinds.NAMES,
        "Note attributes that hold the visitor's anonymousId; the first with a value wins.",
        "orders, checkouts",
    ),
    Setting("order_id", _one_of_its_type("order_id"), "What is sent as order_id.", "orders"),
    Setting(
        "checkout_id",
        _one_of_its_type("checkout_id"),
        "What is sent as checkout_id.",
        "orders, checkouts",
    ),
    Setting(
        "amounts",
        _one_of_its_type("amounts"),
        "How subtotal and shipping stand in shops whose prices include taxes.",
        "orders, checkouts",
    ),
    Setting("revenue", kinds.FLAG, "Send revenue with completed orders.", "orders"),
    Setting(
        "customer_totals",
        _one_of_its_type("customer_totals"),
        "Which count of purchases and which lifetime revenue is sent.",
        "all",
    ),
    Setting(
        "pos_as_order_completed",
        kinds.FLAG,
        "Send Order Completed for orders from POS, in place of POS Order Placed.",
        "orders",
    ),
    Setting("include_test", kinds.FLAG, "Send events of test orders.", "orders"),
    Setting("refund_zero", kinds.FLAG, "Send refunds that moved no money.", "orders"),
    Setting(
        "coupon_on",
        _one_of_its_type("coupon_on"),
        "Where Coupon Applied comes from.",
        "orders, checkouts",
    ),
    Setting(
        "upsell_by",
        _one_of_its_type("upsell_by"),
        "Whose edits of an order are upsells.",
        "orders",
    ),
    Setting(
        "braze_keys",
        kinds.NAMES,
        "Note attributes that hold the visitor's id at Braze.",
        "orders, checkouts",
    ),
    Setting(
        "amplitude_keys",
        kinds.NAMES,
        "Note attributes that hold the session's id at Amplitude.",
        "orders, checkouts",
    ),
    Setting(
        "cookies_to_track",
        kinds.NAMES,
        "Cookies that the shop left in note attributes, as traits.",
        "orders, checkouts",
    ),
    Setting(
        "leave_out",
        kinds.EVENTS,
        "Events that are not sent.",
        "all",
    ),
    Setting(
        "integrations",
        kinds.DESTINATIONS,
        "Destinations that are switched on or off, as in: All=false Google Analytics=true.",
        "all",
    ),
    Setting(
        "consent",
        kinds.CONSENT,
        "What every customer agreed to, as in: Analytics=true Advertising=false Functional=true "
        "DataSharing=false.",
        "all",
    ),
    Setting("sent_from", kinds.FILLED, "What is sent as sent_from.", "all"),
    Setting(
        "namespace",
        kinds.TEXT,
        "A part of every messageId: with another one, Segment takes all for new.",
        "all",
    ),
    Setting(
        "pixel_server_events",
        kinds.FLAG,
        "Make the events of carts and checkouts from pixels, too.",
        PIXELS,
    ),
    Setting(
        "session_pause",
        kinds.whole_number(1, 1440),
        "Minutes without an event after which another session starts.",
        PIXELS,
    ),
)

SETTINGS = {setting.name: setting for setting in SHOP + SEGMENT + MAPPING}
