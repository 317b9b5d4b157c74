"""`make demo` shows a part of a message, and how a proof begins."""

import json

import demo


def test_a_proof_is_shown_from_its_verdict_to_its_sums() -> None:
    proof = (
        "Proved: 3 orders.\n\n     file  Shopify\norders  3  3\n\n- #1001  (test order)\n\nfiles"
    )
    assert demo.beginning(proof) == "Proved: 3 orders.\n\n     file  Shopify\norders  3  3"


def test_of_a_message_there_is_no_more_than_fits_a_glance() -> None:
    products = [{"name": "Tea", "quantity": 2, "price": 4.5, "sku": "T"}] * 9
    properties = {"order_id": "#1", "total": 9.0, "currency": "EUR", "products": products}
    event = {"type": "track", "event": "Order Completed", "properties": properties, "context": {}}
    shown = json.dumps(demo.part_of(event), indent=2).splitlines()
    assert len(shown) < 20
    assert '  "event": "Order Completed",' in shown
