"""The blocks of the README and its pages say what the code does, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from command import part
from littlerelay import catalogue
from littlerelay.errors import RelayError

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|^    [^\n]*$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"(<!-- generated: ([a-z ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def generated(readme: str, blocks: dict[str, str]) -> str:
    """Returns the README with these generated blocks as the code has them now."""

    def fresh(found: re.Match[str]) -> str:
        known = found[2] in blocks
        return f"{found[1]}\n{blocks[found[2]]}\n\n{found[4]}" if known else found[0]

    return BLOCK.sub(fresh, readme)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_generated_blocks_are_up_to_date(page: Path, update: bool) -> None:
    text = page.read_text()
    fresh = generated(text, part("reference").blocks())
    if update:
        page.write_text(fresh)
        return
    assert text == fresh, "`make golden` writes the generated blocks anew"


def test_every_block_has_its_place() -> None:
    places = [found[2] for page in PAGES for found in BLOCK.finditer(page.read_text())]
    assert sorted(places) == sorted(part("reference").blocks())


def anchors(page: Path) -> set[str]:
    """Returns what a link can name of a page: its headings, as they are shown."""
    words = re.findall(r"^#{1,6} (.+)$", CODE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", word.lower()).replace(" ", "-") for word in words}


def dead_links(page: Path) -> list[str]:
    """Returns the links of a page that lead to no file, or to no heading of one."""
    links = LINK.findall(CODE.sub("", page.read_text()))
    dead = []
    for link in links:
        name, _, anchor = link.partition("#")
        place = page.parent / name if name else page
        if "://" not in link and not (place.is_file() and (not anchor or anchor in anchors(place))):
            dead.append(link)
    return dead


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert dead_links(page) == []


def test_every_page_is_reached_from_the_readme() -> None:
    linked = set(LINK.findall((REPOSITORY / "README.md").read_text()))
    assert {str(page.relative_to(REPOSITORY)) for page in PAGES} - linked == {"README.md"}


def test_dead_links_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text('# What "it" is\n[a](#what-it-is) [b](#else) [c](no.md) `[d](no.md)`\n')
    assert dead_links(page) == ["#else", "no.md"]


def test_every_mapped_event_has_a_row() -> None:
    rows = part("mapping_tables").events().splitlines()[2:]
    listed = {row.split(" | ")[0].removeprefix("| ") for row in rows}
    assert listed == set(catalogue.MADE)


def test_every_property_and_trait_of_an_event_has_a_row() -> None:
    tables = part("mapping_tables")
    of_products = {entry.name for entry in catalogue.product_properties()}
    known = {
        entry.name
        for event in catalogue.CARRIED
        for entry in catalogue.properties_of(event)
        if event not in catalogue.OF_ONE_PRODUCT or entry.name not in of_products
    }
    own, products = tables.properties().split("Each of the `products`")
    assert rows(own) == known
    assert rows(products) == of_products
    assert rows(tables.traits()) == {entry.name for entry in catalogue.traits()}


def rows(table: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE))


def test_stale_and_empty_blocks_are_found() -> None:
    stale = "a\n<!-- generated: commands -->\nold\n<!-- end -->\nb\n"
    empty = "a\n<!-- generated: commands -->\n<!-- end -->\nb\n"
    fresh = "a\n<!-- generated: commands -->\n\nnew\n\n<!-- end -->\nb\n"
    for readme in (stale, empty, fresh):
        assert generated(2 * readme, {"commands": "new"}) == 2 * fresh


def every(kind: type[RelayError]) -> list[type[RelayError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in every(child))]


@pytest.mark.parametrize("kind", every(RelayError))
def test_every_exit_code_is_listed(kind: type[RelayError]) -> None:
    assert kind.exit_code in part("reference").EXIT_CODES
