"""Generates bills: what a buyer pays, in whole minor units, so that its figures agree.

Nothing here is computed with the product's code, so a bill can judge the events.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from littlerelay.settings import Mapping

SHOP = "example-shop.myshopify.com"
DIGITS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
DESTINATIONS = ("Google Analytics", "Facebook Pixel", "TikTok Pixel", "Braze", "Actions Amplitude")


@dataclass(frozen=True)
class Item:
    """A line of a bill, in minor units: ``cut`` and ``tax`` are of the whole line."""

    price: int
    quantity: int
    cut: int
    tax: int
    kind: str = "product"

    @property
    def net(self) -> int:
        """What is paid for it; the tax is inside where the shop's prices hold it."""
        return self.price * self.quantity - self.cut


@dataclass(frozen=True)
class Bill:
    """An order; ``refunds`` are pairs of a line's position and a quantity."""

    currency: str
    seen: str
    rate: int
    lines: tuple[Item, ...]
    shipping: tuple[Item, ...]
    others: dict[str, int]
    taxed: bool = False
    added: Item | None = None
    refunds: tuple[tuple[int, int], ...] = ()
    guest: bool = False
    source: str = "web"
    text: str = field(default="", repr=False)

    @property
    def items(self) -> tuple[Item, ...]:
        return (*self.lines, *self.shipping)

    @property
    def tax(self) -> int:
        return sum(item.tax for item in self.items)

    @property
    def extra(self) -> int:
        """Tip, duties, fees and rounding."""
        return sum(self.others.values())

    @property
    def total(self) -> int:
        """What was to be paid when the order was placed."""
        added_tax = 0 if self.taxed else self.tax
        return sum(item.net for item in self.items) + added_tax + self.extra

    def back(self, position: int, quantity: int) -> int:
        """What is paid back for some units of a line."""
        line = self.lines[position]
        paid = line.net + (0 if self.taxed else line.tax)
        return paid * quantity // line.quantity


_KETTLE, _CARD = Item(1999, 3, 250, 501), Item(5000, 1, 0, 0, "gift_card")
_NOTHING_ELSE = {"tip": 0, "duties": 0, "fees": 0, "rounding": 0}

# One of each odd kind: edited, refunded, paid in other units than the shop's.
ODD_BILLS = (
    Bill("EUR", "EUR", 1, (_KETTLE,), (), _NOTHING_ELSE, taxed=True, added=_KETTLE),
    Bill("EUR", "USD", 2, (_KETTLE, _CARD), (Item(490, 1, 0, 93),), _NOTHING_ELSE),
    Bill("JPY", "KWD", 3, (_KETTLE,), (), _NOTHING_ELSE, refunds=((0, 1),), guest=True),
    Bill("KWD", "JPY", 3, (_CARD,), (), _NOTHING_ELSE, source="pos", text="Stra\u00dfe\u2028"),
)


@st.composite
def items(draw: st.DrawFn, kinds: tuple[str, ...] = ("product",), most: int = 5) -> Item:
    price = draw(st.integers(0, 10**9) | st.integers(0, 5000))
    quantity = draw(st.integers(1, most))
    cut = draw(st.integers(0, price * quantity))
    net = price * quantity - cut
    kind = draw(st.sampled_from(kinds))
    tax = 0 if kind == "gift_card" else draw(st.integers(0, net // 4))
    return Item(price, quantity, cut, tax, kind)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    currency, seen = draw(st.sampled_from([(a, b) for a in DIGITS for b in DIGITS]))
    lines = draw(st.lists(items(("product", "plan", "gift_card")), min_size=1, max_size=4))
    names = ("tip", "duties", "fees")
    others = {name: draw(st.integers(0, 2000)) for name in names}
    others["rounding"] = draw(st.integers(-4, 4))
    refunded = draw(st.lists(st.integers(0, len(lines) - 1), unique=True, max_size=3))
    return Bill(
        currency=currency,
        seen=seen,
        rate=1 if seen == currency else draw(st.integers(2, 9)),
        taxed=draw(st.booleans()),
        lines=tuple(lines),
        shipping=tuple(draw(st.lists(items(most=1), max_size=2))),
        others=others,
        added=draw(st.none() | items()),
        refunds=tuple((at, draw(st.integers(1, lines[at].quantity))) for at in refunded),
        guest=draw(st.booleans()),
        source=draw(st.sampled_from(("web", "pos", "subscription_contract"))),
        text=draw(st.text(max_size=20)) * draw(st.sampled_from((1, 1, 500))),
    )


def pairs(names: tuple[str, ...]) -> st.SearchStrategy[tuple[tuple[str, bool], ...]]:
    told = st.dictionaries(st.sampled_from(names), st.booleans())
    return told.map(lambda found: tuple(found.items()))


MAPPINGS = st.builds(
    Mapping,
    shop=st.just(SHOP),
    namespace=st.sampled_from(("", "test/1")),
    user_id=st.sampled_from(("shopify_customer_id", "hashed_email", "email", "none")),
    order_id=st.sampled_from(("name", "number", "id")),
    revenue=st.booleans(),
    coupon_on=st.sampled_from(("order", "checkout", "both")),
    refund_zero=st.booleans(),
    identify_orders=st.booleans(),
    customer_totals=st.sampled_from(("as_of_order", "current")),
    braze_keys=st.just(("braze",)),
    amplitude_keys=st.just(("amplitude",)),
    integrations=pairs(("All", *DESTINATIONS)),
    consent=pairs(("Analytics", "Advertising")),
)
