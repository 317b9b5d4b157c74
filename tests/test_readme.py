"""The README's blocks on the command say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from command import part
from littlerelay import catalogue
from littlerelay.errors import RelayError

README = Path(__file__).resolve().parent.parent / "README.md"
BLOCK = re.compile(r"(<!-- generated: ([a-z ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def generated(readme: str, blocks: dict[str, str]) -> str:
    """Returns the README with these generated blocks as the code has them now."""

    def fresh(found: re.Match[str]) -> str:
        known = found[2] in blocks
        return f"{found[1]}\n{blocks[found[2]]}\n\n{found[4]}" if known else found[0]

    return BLOCK.sub(fresh, readme)


def test_generated_blocks_are_up_to_date(update: bool) -> None:
    readme = README.read_text()
    fresh = generated(readme, part("reference").blocks())
    if update:
        README.write_text(fresh)
        return
    assert readme == fresh, "`make golden` writes the README's blocks anew"


def test_every_block_has_its_place() -> None:
    places = [found[2] for found in BLOCK.finditer(README.read_text())]
    assert sorted(places) == sorted(part("reference").blocks())


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
