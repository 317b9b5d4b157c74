"""Takes a visitor's web-pixel events one by one, and holds what they tell of each other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from littlerelay.events import Event
from littlerelay.mappers.pixel_checkouts import checkout_told, course_events, thank_you_page_viewed
from littlerelay.mappers.pixel_clicks import click_events
from littlerelay.mappers.pixel_customs import custom_events
from littlerelay.mappers.pixel_facts import PixelFacts, is_known
from littlerelay.mappers.pixel_pages import handle_of, is_registration, is_thank_you
from littlerelay.mappers.pixel_parts import checkout_of
from littlerelay.mappers.pixel_people import pixel_people
from littlerelay.mappers.pixel_standard import (
    of_cart,
    of_cart_line,
    of_collection,
    of_search,
    of_variant,
)
from littlerelay.mappers.pixel_views import (
    Told,
    cart_viewed,
    of_product,
    page_call,
    page_viewed,
    product_list_viewed,
    product_viewed,
    products_searched,
    registration_viewed,
    session_started,
)
from littlerelay.records import PixelData

_LINES = {
    "product_added_to_cart": "Product Added",
    "product_removed_from_cart": "Product Removed",
}
_NO_DATA: PixelData = {}


class Visit:
    """Holds what is known of one visitor so far: their last moment, products, people, checkouts.

    ``thanked`` are the paths of pages on which a checkout was completed: its own event tells of the
    thank-you page there. ``people`` and ``course`` are the events made: of who it was, of what they
    did.
    """

    def __init__(self, thanked: Collection[str]) -> None:
        self.people: list[Event] = []
        self.course: list[Event] = []
        self._thanked = thanked
        self._last: datetime | None = None
        self._seen: dict[str, Told] = {}
        self._known: set[tuple[object, ...]] = set()
        self._given: dict[str, set[str]] = {}

    def take(self, facts: PixelFacts, *, is_recovered: bool) -> None:
        """Take the next event, none of which is earlier than the one before."""
        self._take_person(facts, is_recovered=is_recovered)
        if self._begins_session(facts):
            self.course.append(session_started(facts))
        if facts.pixel.get("type") == "custom":
            self.course += custom_events(facts)
            return
        self.course += self._standard(facts) or custom_events(facts)
        if facts.mapping.pixel_server_events:
            self.course += self._server(facts)

    def _take_person(self, facts: PixelFacts, *, is_recovered: bool) -> None:
        """Tell of a customer once for each thing that is new of them."""
        for event in pixel_people(facts, is_recovered=is_recovered):
            key = (
                event["type"],
                event.get("previousId"),
                facts.customer_id,
                str(event.get("traits")),
            )
            if key not in self._known:
                self._known.add(key)
                self.people.append(event)

    def _begins_session(self, facts: PixelFacts) -> bool:
        if not is_known(facts.pixel):
            return False
        now, last = datetime.fromisoformat(facts.moment), self._last
        self._last = now
        return last is None or now - last >= timedelta(minutes=facts.mapping.session_pause)

    def _standard(self, facts: PixelFacts) -> list[Event]:
        """Give what one of Shopify's own events is, nothing of one that tells nothing."""
        name, data = facts.pixel["name"], facts.pixel.get("data") or _NO_DATA
        if name == "page_viewed":
            return self._page(facts)
        if name == "cart_viewed":
            return [cart_viewed(facts, of_cart(data.get("cart") or {}, facts))]
        if name == "checkout_completed":
            return [thank_you_page_viewed(facts, checkout_told(facts))]
        if name == "clicked":
            return click_events(facts, data.get("element") or {}, self._seen)
        return self._products(name, data, facts)

    def _products(self, name: str, data: PixelData, facts: PixelFacts) -> list[Event]:
        """Give the view of a list or a product, and remember what it tells of products."""
        if name == "collection_viewed":
            told = of_collection(data.get("collection") or {}, facts)
            self._see(told)
            return [product_list_viewed(facts, told)]
        if name == "search_submitted":
            told = of_search(data.get("searchResult") or {}, facts)
            self._see(told)
            return [products_searched(facts, told)]
        if name == "product_viewed":
            told = of_variant(data.get("productVariant") or {}, facts)
            handle = handle_of(told.get("url") or "") or ""
            self._see({"products": [self._seen.get(handle, {}) | told]})
            return [product_viewed(facts, told)]
        return []

    def _see(self, told: Told) -> None:
        for one in told["products"] or ():
            if handle := handle_of(one.get("url") or ""):
                self._seen[handle] = {"currency": told.get("currency")} | one

    def _page(self, facts: PixelFacts) -> list[Event]:
        found = [page_call(facts), page_viewed(facts)]
        path = facts.location.get("pathname") or ""
        if is_registration(path):
            found.append(registration_viewed(facts))
        if is_thank_you(path) and path not in self._thanked:
            found.append(thank_you_page_viewed(facts, checkout_told(facts)))
        return found

    def _server(self, facts: PixelFacts) -> list[Event]:
        """Give what webhooks and history would tell better, were they read."""
        name, data = facts.pixel["name"], facts.pixel.get("data") or _NO_DATA
        if name in _LINES:
            told = of_cart_line(data.get("cartLine") or {}, facts)
            return [facts.track(_LINES[name], of_product(facts, told))]
        checkout = checkout_of(facts.pixel) or {}
        return course_events(facts, self._given.setdefault(checkout.get("token") or "", set()))
