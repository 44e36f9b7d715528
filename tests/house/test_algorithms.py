"""Each of the eight models has a page that says what it does, its limits and how right it was measured to be."""

import re
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "docs/algorithms"
INDEX = (PAGES / "README.md").read_text("utf-8")
MODELS = re.findall(r"^\| [^|]*（|^\| [^|]*\([^|]*\) \|[^|]*\| \[[^]]*\]\(([^)]*)\)", INDEX, re.MULTILINE)


def test_there_are_eight_models():
    assert len(MODELS) == len(set(MODELS)) == 8


@pytest.mark.feature("A9-20")
@pytest.mark.parametrize("page", MODELS)
def test_a_models_page_is_whole(page):
    text = (PAGES / page).read_text("utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert "Limits" in headings
    assert any("easured" in h for h in headings), "how right it is"
    assert re.search(r"`[a-z_]+\.toml`|[a-z/]+\.toml", text), "where its numbers lie"
    assert len(text.split()) > 250


def test_every_page_is_in_the_index():
    told = set(re.findall(r"\]\(([a-z-]+\.md)\)", INDEX))
    assert {p.name for p in PAGES.glob("*.md")} - {"README.md"} == told
