"""Measures what joining a bulk result costs, against the floor: reading and writing its lines.

The floor goes from file to file: read a line, ``orjson.loads``, ``orjson.dumps``, write it. The
join goes from the file to the lines of its whole orders, which nobody takes: nothing is mapped. The
same lines come grouped (as Shopify gives them if asked) and not: roots in no order of time, after
them all line items, then all shipping lines and discounts. Each way is a process of its own, whole;
the floor runs twice (A/A): no difference smaller than theirs means anything.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson

from bench.costs import Cost, measured

INVENTED = 300
LINES = 4  # that a joined order has below it
PRIME = 2_147_483_647  # steps of its size meet every order once
ID = 10**12  # the first id: all have as many digits
BUFFER = 1024 * 1024
HELPER = Path(__file__).with_name("joiner.py")

Row = tuple[str, str]


def run(most: int) -> list[Row]:
    """Give the rows of the table for ``most`` orders, and the memory for a tenth of them."""
    with tempfile.TemporaryDirectory() as name:
        small = {kind: cost for kind, _, cost in figures(Path(name), most // 10)}
        rows: list[Row] = []
        for kind, size, cost in figures(Path(name), most):
            floor = cost["floor"]
            rows += [
                (f"{kind}: orders", f"{most:,}, {most * (LINES + 1):,} lines, {size / 1e9:.2f} GB"),
                (f"{kind}: the floor", f"{floor.cpu / most * 1e6:.1f} µs of CPU an order"),
                (f"{kind}: the floor again (A/A)", times(cost["again"], floor)),
                (f"{kind}: the join, times the floor", times(cost["join"], floor)),
                (f"{kind}: peak memory", f"{cost['join'].peak:.1f} MB"),
                (f"{kind}: the same, {most // 10:,} orders", f"{small[kind]['join'].peak:.1f} MB"),
            ]
        return rows


def times(cost: Cost, floor: Cost) -> str:
    return f"{cost.cpu / floor.cpu:.2f} ({cost.cpu:.1f} s of CPU, {cost.wall:.1f} s)"


def figures(folder: Path, count: int) -> Iterator[tuple[str, int, dict[str, Cost]]]:
    """Give what each way costs for grouped lines, then for others, and the size of their file."""
    path = folder / "orders.jsonl"
    for kind, lines in (("grouped", grouped(count)), ("ungrouped", ungrouped(count))):
        with path.open("wb", buffering=BUFFER) as file:
            file.writelines(lines)
        ways = {"floor": "floor", "join": "join", "again": "floor"}
        costs = {
            name: measured([sys.executable, str(HELPER), way, str(path)], {}, folder)
            for name, way in ways.items()
        }
        yield kind, path.stat().st_size, costs
        path.unlink()


def grouped(count: int) -> Iterator[bytes]:
    """Give so many orders in order of time, each line below its parent."""
    invented = [templates(number) for number in range(INVENTED)]
    for order in range(count):
        for part in range(LINES + 1):
            yield filled(invented[order % INVENTED][part], order, part)


def ungrouped(count: int) -> Iterator[bytes]:
    """Give the same lines, part after part, the orders in another order each time."""
    invented = [templates(number) for number in range(INVENTED)]
    for part in range(LINES + 1):
        for step in range(count):
            order = (step * PRIME + part) % count
            yield filled(invented[order % INVENTED][part], order, part)


def filled(template: bytes, order: int, part: int) -> bytes:
    """Put ids and the time into a line."""
    if part == 0:
        clock = (order // 3600 % 24, order // 60 % 60, order % 60)
        return template % (
            ID + order,
            2000 + order // 86_400 // 28,
            order // 86_400 % 28 + 1,
            *clock,
        )
    if part == LINES:  # a discount has no id
        return template % (ID + order)
    return template % (ID + LINES * order + part, ID + order)


def templates(number: int) -> list[bytes]:
    """Give the lines of one invented order, with places for ids."""
    return [as_template(line) for line in (root(number), *children(number))]


def as_template(node: dict[str, object]) -> bytes:
    """Encode a line as Shopify does, its slashes escaped."""
    line = orjson.dumps(node).replace(b"%", b"%%").replace(b"/", rb"\/") + b"\n"
    for mark, place in ((b"#TIME", b"%04d-01-%02dT%02d:%02d:%02dZ"), (b"#ID", b"%d")):
        line = line.replace(mark, place)
    return line


def money(number: int) -> dict[str, object]:
    amount = {"amount": f"{number * 7 % 900}.{number % 100:02}", "currency_code": "EUR"}
    return {"shop_money": amount, "presentment_money": amount}


def address(number: int) -> dict[str, object]:
    return {
        "first_name": f"Ada {number}",
        "last_name": "Example",
        "company": None,
        "address1": f"{number} Example Street",
        "address2": "2nd floor / left",
        "city": "Example",
        "province_code": "ON",
        "country_code": "CA",
        "zip": f"{number:05}",
        "phone": f"+1555{number:07}",
    }


def root(number: int) -> dict[str, object]:
    sums = (
        "subtotal_price total_price total_discounts total_shipping_price total_tax total_refunded"
    )
    return {
        "__typename": "Order",
        "id": "gid://shopify/Order/#ID",
        "created_at": "#TIME",
        "name": f"#{number}",
        "financial_status": "PAID",
        "fulfillment_status": "FULFILLED",
        "email": f"ada.{number}@example.com",
        "browser_ip": "192.0.2.1",
        "tags": ["vip", "spring", f"cohort {number}"],
        "note": "Grüße — bitte klingeln" * (number % 4),
        "note_attributes": [{"name": "source", "value": "100% web"}] * (number % 3),
        **{f"{name}_set": money(number + place) for place, name in enumerate(sums.split())},
        "billing_address": address(number),
        "shipping_address": address(number),
        "customer": {"id": f"gid://shopify/Customer/{number}", "default_address": address(number)},
        "transactions": [{"kind": "SALE", "gateway": "example", "amount_set": money(number)}],
        "fulfillments": [],
        "refunds": [],
    }


def children(number: int) -> Iterator[dict[str, object]]:
    parent = {"__parentId": "gid://shopify/Order/#ID"}
    taxes = [{"title": "VAT", "rate": 0.2, "price_set": money(number)}]
    for place in range(LINES - 2):
        product = number + place
        yield {
            "__typename": "LineItem",
            "id": "gid://shopify/LineItem/#ID",
            "name": f"Example {product} - large",
            "title": f"Example {product}",
            "sku": f"EX-{product:05}",
            "quantity": number % 5 + 1,
            "price_set": money(product),
            "total_discount_set": money(number),
            "tax_lines": taxes,
            "properties": [{"name": "engraving", "value": "Für Ada"}] * (number % 2),
            "image": {"url": f"https://cdn.example.com/s/files/1/{product}/large.jpg?v=1"},
            "product": {"id": f"gid://shopify/Product/{product}", "product_type": "Examples"},
            "variant": {"id": f"gid://shopify/ProductVariant/{product}", "compare_at_price": None},
            **parent,
        }
    yield {
        "__typename": "ShippingLine",
        "id": "gid://shopify/ShippingLine/#ID",
        "title": "Standard",
        "price_set": money(number),
        "discounted_price_set": money(number),
        "tax_lines": taxes,
        **parent,
    }
    yield {"__typename": "DiscountCodeApplication", "index": 0, "code": f"EX{number}", **parent}
