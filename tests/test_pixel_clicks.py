"""A click, or a theme's own event, is what it tells of a product."""

from __future__ import annotations

from typing import Any

import pytest

from pixel_records import (
    COLLECTION,
    clicked,
    mapped,
    one,
    pixel,
    told,
)

HERE = "/products/blue-mug"
ENCODED = "https%3A%2F%2Fshop.example.com%2Fproducts%2Fblue-mug%3Fvariant%3D1"


@pytest.mark.parametrize(
    ("href", "tag", "path", "expected"),
    [
        ("/products/bowl", "A", "/", "Product Clicked"),
        (
            "https://shop.example.com/en/collections/a/products/bowl?v=1",
            "A",
            HERE,
            "Product Clicked",
        ),
        ("/products/blue-mug?variant=2", "A", HERE, None),
        ("/collections/tableware", "A", HERE, None),
        ("/products", "A", "/", None),
        (None, "IMG", HERE, "Product Image Clicked"),
        (None, "img", f"/fr{HERE}", "Product Image Clicked"),
        ("//shop.example.com/cdn/shop/files/a.JPG?v=1", "A", HERE, "Product Image Clicked"),
        (None, "IMG", "/collections/tableware", None),
        (None, "BUTTON", HERE, None),
        (f"https://www.facebook.com/sharer.php?u={ENCODED}", "A", "/", "Product Shared"),
        ("https://www.facebook.com/sharer.php", "A", HERE, "Product Shared"),
        ("https://www.facebook.com/our.shop", "A", HERE, None),
        ("https://notfacebook.com/sharer.php", "A", HERE, None),
        (f"https://x.com/intent/tweet?text=Look+{ENCODED}", "A", "/", "Product Shared"),
        (f"https://pinterest.com/pin/create/button/?url={ENCODED}", "A", "/", "Product Shared"),
        (f"https://wa.me/?text=Look%20{ENCODED}", "A", "/", "Product Shared"),
        ("https://wa.me/4930555017", "A", HERE, None),
        (f"mailto:?subject=Look&body={ENCODED}", "A", "/", "Product Shared"),
        ("mailto:shop@example.com", "A", HERE, None),
        ("https://x.com/intent/tweet?text=Hello", "A", "/blogs/news", None),
        ("http://[broken", "A", HERE, None),
        ("javascript:void(0)", "A", HERE, None),
    ],
)
def test_a_click_is_what_its_element_and_page_tell(
    href: str | None, tag: str, path: str, expected: str | None
) -> None:
    assert told([clicked(href, tag=tag, path=path)]) == ([expected] if expected else [])


def test_a_clicked_product_is_told_as_it_was_seen_in_its_list() -> None:
    link = clicked("/products/blue-mug")
    seen = one("Product Clicked", mapped(COLLECTION, link))["properties"]
    (listed,) = (
        product
        for product in one("Product List Viewed", mapped(COLLECTION))["properties"]["products"]
        if product["name"] == "Blue mug"
    )
    del listed["position"]
    assert listed.items() <= seen.items()
    assert (seen["list_id"], seen["list_position"], seen["currency"]) == ("5101", 2, "EUR")
    unseen = one("Product Clicked", mapped(link))["properties"]
    assert unseen == {
        "sent_from": "littlerelay",
        "url": "https://shop.example.com/products/blue-mug",
    }


def test_a_list_that_is_seen_later_tells_nothing_of_an_earlier_click() -> None:
    event = one("Product Clicked", mapped(clicked("/products/blue-mug", at="09:00:00"), COLLECTION))
    assert "list_id" not in event["properties"]


@pytest.mark.parametrize(
    "name",
    ["product_clicked", "Product Clicked", "productClicked", "PRODUCT-CLICKED", "product:clicked"],
)
def test_a_themes_event_is_known_however_it_is_spelt(name: str) -> None:
    assert told([pixel(name, type="custom", customData=None)]) == ["Product Clicked"]
    assert told([pixel(name)]) == ["Product Clicked"]


@pytest.mark.parametrize("name", ["", "clicked", "session_started", "Order Completed", "x" * 9999])
def test_a_themes_event_of_another_name_is_none_of_ours(name: str) -> None:
    assert told([pixel(name, type="custom", customData={"price": 1})]) == []


@pytest.mark.parametrize(
    "data", [None, [], "text", 5, {}, {"productVariant": 5}, {"productVariant": {"price": "1"}}]
)
def test_a_theme_may_tell_whatever_it_likes(data: Any) -> None:
    (event,) = mapped(pixel("product_viewed", type="custom", customData=data))[1:]
    assert event["properties"] == {"sent_from": "littlerelay"}
