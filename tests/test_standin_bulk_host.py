"""The stand-in's result host: signed addresses, parts, compression, and who is let in."""

import gzip
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bulk_asking import LINES, NAMES, download, ended, start, state
from standin.asking import NO_CERTIFICATES
from standin.results import Download
from standin.server import StandIn
from standin.tiny import TinyWorld


@pytest.fixture
def shop() -> Iterator[StandIn]:
    with StandIn(TinyWorld(50), time_scale=0.001, slow_seconds=0.1) as running:
        yield running
    assert not running.problems


@pytest.fixture
def url(shop: StandIn) -> str:
    return str(ended(shop, LINES)["url"])


def parts(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_an_address_is_signed_and_holds_for_seven_days(shop: StandIn) -> None:
    done = ended(shop, NAMES)
    assert done["url"].startswith(f"{shop.results_url}/shopify-tiers-assets-prod-us-east1/")
    assert shop.results_url != shop.url
    signed = parts(done["url"])
    number = done["id"].rpartition("/")[2]
    assert signed["response-content-type"] == "application/jsonl"
    assert f'filename="staging-bulk-{number}.jsonl"' in signed["response-content-disposition"]
    # 2026-01-03T03:00:01.05Z, and a week.
    assert int(signed["Expires"]) == 1_767_409_201 + 7 * 86_400
    assert signed["Signature"]
    assert "-final?" in ended(shop, NAMES, grouped=True)["url"]


def test_asking_again_gives_another_address_of_the_same_file(shop: StandIn) -> None:
    done = ended(shop, NAMES)
    again = state(shop, done["id"])["url"]
    first, second = parts(done["url"]), parts(again)
    assert first.pop("Signature") != second.pop("Signature")
    assert first == second
    one, two = download(done["url"]), download(again)
    assert one.content == two.content
    assert one.headers["ETag"] == two.headers["ETag"]


def test_a_file_comes_with_its_length_its_type_and_its_tag(url: str) -> None:
    answer = download(url)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/jsonl"
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"].startswith('"')
    assert "Content-Encoding" not in answer.headers


def test_whoever_takes_gzip_gets_it(url: str) -> None:
    plain = download(url)
    for accepted in ("gzip", "gzip, deflate", "br, gzip;q=0.5"):
        packed = download(url, **{"Accept-Encoding": accepted})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert int(packed.headers["Content-Length"]) < len(plain.content) / 5
        assert packed.content == plain.content
        assert packed.headers["ETag"] != plain.headers["ETag"]
    refused = download(url, **{"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=100-", 100, None),
        ("bytes=-7", -7, None),
        ("bytes=5-9999999", 5, None),
    ],
)
def test_a_part_is_served(url: str, asked: str, start: int, stop: int | None) -> None:
    whole = download(url).content
    part = download(url, Range=asked)
    assert part.status_code == 206
    assert part.content == whole[start:stop]
    first = start % len(whole)
    last = first + len(part.content) - 1
    assert part.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
    assert part.headers["Content-Length"] == str(len(part.content))


def test_a_part_beyond_the_end_is_refused_with_the_size(url: str) -> None:
    size = len(download(url).content)
    answer = download(url, Range=f"bytes={size}-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{size}"


def test_a_part_of_another_file_than_was_begun_is_the_whole(url: str) -> None:
    whole = download(url)
    same = download(url, **{"Range": "bytes=10-", "If-Range": whole.headers["ETag"]})
    assert (same.status_code, same.content) == (206, whole.content[10:])
    other = download(url, **{"Range": "bytes=10-", "If-Range": '"other"'})
    assert (other.status_code, other.content) == (200, whole.content)


def test_a_part_of_what_is_compressed_is_of_the_compressed_bytes(url: str) -> None:
    with httpx.Client(verify=NO_CERTIFICATES) as client:

        def raw(**headers: str) -> bytes:
            with client.stream("GET", url, headers={"Accept-Encoding": "gzip", **headers}) as reply:
                return b"".join(reply.iter_raw())

        packed = raw()
        assert raw(Range="bytes=0-19") + raw(Range="bytes=20-") == packed
    assert gzip.decompress(packed) == download(url).content


def test_the_shops_token_is_refused_and_counted(shop: StandIn, url: str) -> None:
    assert shop.stats["token sent to the result host"] == 0
    answer = download(url, **{"X-Shopify-Access-Token": shop.token})
    assert answer.status_code == 400
    assert shop.stats["token sent to the result host"] == 1
    assert shop.downloads == []


@pytest.mark.parametrize(
    ("what", "other"), [("Signature=", "Signature=AA"), ("Expires=1", "Expires=2")]
)
def test_a_forged_address_is_refused(url: str, what: str, other: str) -> None:
    answer = download(url.replace(what, other))
    assert answer.status_code == 403
    assert "<Code>SignatureDoesNotMatch</Code>" in answer.text
    assert download(url.partition("?")[0]).status_code == 403


def test_an_address_expires_and_the_operation_has_no_other(shop: StandIn) -> None:
    done = ended(shop, NAMES)
    shop.pass_time(7 * 86_400 - 90)
    assert download(done["url"]).status_code == 200
    shop.pass_time(90)
    answer = download(done["url"])
    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert "<Code>ExpiredToken</Code>" in answer.text
    assert state(shop, done["id"])["url"] is None


def test_the_books_hold_every_download_and_every_operation(shop: StandIn, url: str) -> None:
    size = len(download(url).content)
    download(url, Range="bytes=10-19")
    name = parts(url)["response-content-disposition"].split('"')[1]
    assert shop.downloads == [
        Download(name, status=200, start=0, length=size, fault=None),
        Download(name, status=206, start=10, length=10, fault=None),
    ]
    assert shop.stats["downloads"] == 2
    assert shop.stats["bytes downloaded"] == size + 10
    assert shop.stats["bulk started"] == 1
    start(shop, NAMES)
    assert shop.stats["bulk started"] == 2
