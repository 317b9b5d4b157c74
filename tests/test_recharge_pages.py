"""Pages of Recharge's of another shape than its API promises are told as that."""

from typing import Any

import httpx
import pytest

from littlerelay.clock import SYSTEM
from littlerelay.errors import UnreachableError
from littlerelay.recharge.api import Recharge
from littlerelay.recharge.pages import Pages, Window
from littlerelay.settings import RechargeAccess

AT = "2024-01-01T00:00:00+00:00"
END = 1_790_000_000


def windows(cursor: Any = None, **more: Any) -> list[Window]:
    """Reads a store of one subscription."""
    one = {"id": 1, "created_at": AT, "updated_at": AT, **more}

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.strip("/")
        if path != "subscriptions":
            return httpx.Response(200, json={path: []})
        return httpx.Response(200, json={path: [one], "next_cursor": cursor})

    http = httpx.Client(transport=httpx.MockTransport(answer))
    access = RechargeAccess(token="t", endpoint="https://recharge.example.com")
    return list(Pages(Recharge(access, http, SYSTEM), 0, END).windows())


@pytest.mark.parametrize("cursor", [["x"], {"x": 1}, 5])
def test_a_cursor_that_is_no_text_is_refused(cursor: object) -> None:
    with pytest.raises(UnreachableError, match="another shape"):
        windows(cursor)


@pytest.mark.parametrize("number", [[1], {"id": 1}, "1", None])
def test_a_customer_without_a_number_is_unknown(number: object) -> None:
    assert sum(len(window.records) for window in windows(customer_id=number)) == 1
