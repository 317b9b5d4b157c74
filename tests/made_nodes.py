"""Makes the lines of an invented checkout, as relay's own bulk operation gives them."""

from made_bodies import Body
from made_recordings import DAY

_GID = "gid://shopify/{}/{}"


def money(amount: str) -> Body:
    return {"shop_money": {"amount": amount, "currency_code": "EUR"}}


def _both(amount: str) -> Body:
    told = money(amount)
    return {**told, "presentment_money": told["shop_money"]}


def checkout_lines(number: int) -> list[Body]:
    """Gives a checkout of one line with a discount, the discount first of all."""
    gids = [
        _GID.format(name, number) for name in ("AbandonedCheckout", "AbandonedCheckoutLineItem")
    ]
    application = {
        "__typename": "DiscountCodeApplication",
        "index": 0,
        "allocation_method": "ACROSS",
        "target_selection": "ALL",
        "target_type": "LINE_ITEM",
        "code": "SPRING",
    }
    allocation = {
        "__typename": "DiscountAllocation",
        "amount_set": money("5.0"),
        "discount_application": application,
        "__parentId": gids[1],
    }
    line: Body = {
        "__typename": "AbandonedCheckoutLineItem",
        "id": gids[1],
        "title": "Mug",
        "variant_title": None,
        "sku": "MUG",
        "quantity": 2,
        "price_set": money("10.0"),
        "properties": [],
        "image": None,
        "__parentId": gids[0],
    }
    return [allocation, line, _checkout(gids[0])]


def _checkout(gid: str) -> Body:
    return {
        "__typename": "AbandonedCheckout",
        "id": gid,
        "completed_at": None,
        "created_at": DAY.format(1),
        "updated_at": DAY.format(2),
        "taxes_included": False,
        "abandoned_checkout_url": "https://acme.example.com/",
        "note_attributes": [],
        "discount_codes": ["SPRING"],
        "customer": None,
        "billing_address": None,
        "shipping_address": None,
        "subtotal_price_set": _both("15.0"),
        "total_price_set": _both("15.0"),
        "total_discounts_set": _both("5.0"),
        "total_tax_set": _both("0.0"),
    }
