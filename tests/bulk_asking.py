"""A plain client of the stand-in's bulk operations, for its own tests."""

import json
from typing import Any

import httpx

from standin.asking import NO_CERTIFICATES, ask
from standin.server import StandIn

Json = dict[str, Any]

FIELDS = """id status errorCode type createdAt completedAt objectCount rootObjectCount fileSize url
  partialDataUrl query"""
RUN = f"""mutation Run($query: String!) {{ bulkOperationRunQuery(query: $query) {{
  bulkOperation {{ {FIELDS} }} userErrors {{ field message code }} }} }}"""
RUN_GROUPED = RUN.replace("query: $query", "query: $query, groupObjects: true")
GET = f"query Get($id: ID!) {{ bulkOperation(id: $id) {{ {FIELDS} }} }}"
CANCEL = f"""mutation Cancel($id: ID!) {{ bulkOperationCancel(id: $id) {{
  bulkOperation {{ {FIELDS} }} userErrors {{ field message }} }} }}"""

NAMES = "{ orders(sortKey: CREATED_AT) { edges { node { id name } } } }"
LINES = """{ orders(sortKey: CREATED_AT) { edges { node { id name
  lineItems { edges { node { id quantity } } } } } } }"""


def run(shop: StandIn, query: str, grouped: bool = False) -> Json:
    """Starts an operation and returns the mutation's payload."""
    payload: Json = ask(shop, RUN_GROUPED if grouped else RUN, query=query)["data"]
    found: Json = payload["bulkOperationRunQuery"]
    return found


def start(shop: StandIn, query: str, grouped: bool = False) -> str:
    """Starts an operation and returns its id."""
    payload = run(shop, query, grouped)
    assert payload["userErrors"] == []
    return str(payload["bulkOperation"]["id"])


def state(shop: StandIn, gid: str) -> Json:
    """Returns an operation as it is now."""
    found: Json = ask(shop, GET, id=gid)["data"]["bulkOperation"]
    return found


def cancel(shop: StandIn, gid: str) -> Json:
    """Cancels an operation and returns the mutation's payload."""
    found: Json = ask(shop, CANCEL, id=gid)["data"]["bulkOperationCancel"]
    return found


def ended(shop: StandIn, query: str, grouped: bool = False) -> Json:
    """Runs an operation to its end."""
    gid = start(shop, query, grouped)
    shop.pass_time(60)
    return state(shop, gid)


def download(url: str, **headers: str) -> httpx.Response:
    """Gets a result, uncompressed unless the headers say otherwise."""
    sent = {"Accept-Encoding": "identity", **headers}
    return httpx.get(url, headers=sent, verify=NO_CERTIFICATES)


def records(url: str) -> list[Json]:
    """Returns the lines of a result."""
    answer = download(url)
    assert answer.status_code == 200
    return read(answer.content)


def read(content: bytes) -> list[Json]:
    """Returns lines as records; a line break inside of a text is none of theirs."""
    assert content.endswith(b"\n")
    return [json.loads(line) for line in content[:-1].split(b"\n")]


def of_type(lines: list[Json], name: str) -> list[Json]:
    """Returns the lines of one type of record."""
    return [line for line in lines if line["id"].startswith(f"gid://shopify/{name}/")]
