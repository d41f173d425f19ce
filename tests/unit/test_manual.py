"""The manual: the reference of the format is complete, examples hold, links between its pages lead somewhere."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pydantic
import pytest

from wavesim.scenario import FAMILY_OF, examples, json_schema, kind_of, kinds, read_scenario, sections
from wavesim.scenario.schema._schema import FAMILIES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted((DOCS / "guides").glob("*.md"))]
GENERATED = "reference/"


@pytest.fixture(scope="module")
def pages():
    """The module that makes the generated pages."""
    spec = importlib.util.spec_from_file_location("manual_pages", DOCS / "pages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def format_page(pages):
    return pages.format_page()


def test_every_kind_and_every_key_of_the_schema_is_in_the_reference(format_page):
    schema = json_schema()
    assert all(f"\n| `{key}` |" in format_page for key in schema["properties"])
    for name, definition in schema["$defs"].items():
        keys = definition["properties"]
        kind = keys.get("kind", {}).get("const")
        if kind is not None:
            assert f"\n### `{kind}`\n" in format_page and f'kind = "{kind}"' in format_page, kind
            part = format_page.partition(f"\n### `{kind}`\n")[2].partition("\n## ")[0].partition("\n### ")[0]
        else:
            part = format_page
        missing = [key for key in keys if key != "kind" and f"| `{key}` |" not in part]
        assert not missing, (name, missing)
        required = [key for key in definition.get("required", []) if key != "kind"]
        assert all(re.search(rf"\| `{key}` \| [^\n]* \| must be given \|", part) for key in required), name


def test_no_table_of_the_schema_is_left_out():
    """Every definition of the schema is a kind of a family, or one of the sections."""
    kinds_there = {table.name for family in FAMILY_OF for table in kinds(family)}
    keys_there = [{key.name for key in table.keys} for table in sections()]
    for name, definition in json_schema()["$defs"].items():
        kind = definition["properties"].get("kind", {}).get("const")
        assert kind in kinds_there if kind else set(definition["properties"]) in keys_there, name


def test_there_is_an_example_of_each_kind_and_it_is_valid():
    for table, base_name in FAMILY_OF.items():
        base = next(base for base in FAMILIES.members if base.__name__ == base_name)
        assert set(examples()[table]) == {kind_of(cls) for cls in FAMILIES.members[base]}
        rule = pydantic.TypeAdapter(FAMILIES.union(base))
        for kind, content in examples()[table].items():
            made = rule.validate_python({"kind": kind, **content}, context={"natural": False})
            assert kind_of(type(made)) == kind
        for one in kinds(table):
            assert tomllib.loads(one.example), one.name


def test_every_public_name_has_a_place_in_the_reference(pages):
    import wavesim

    made = pages.python_pages()
    top = made["wavesim"]
    for name in wavesim.__all__:
        assert f"\n## {name}\n" in top or name in made or name == "explorer", name
    for text in made.values():
        assert "\n## " in text or "# wavesim" in text


def _blocks(language: str) -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        found += [
            (page.name, block) for block in re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        ]
    return found


def test_the_scenarios_of_the_manual_can_be_read():
    whole = [(page, tomllib.loads(block)) for page, block in _blocks("toml")]
    files = [
        (page, content)
        for page, content in whole
        if {"potential", "format"} <= content.keys() and "design" not in content
    ]
    assert len(files) >= 3
    for page, content in files:
        assert read_scenario(page, content).title


def test_the_python_of_the_manual_compiles():
    blocks = _blocks("python")
    assert len(blocks) >= 8
    for page, block in blocks:
        compile(block, page, "exec")


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if "://" not in target and GENERATED not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_a_broken_link_of_the_site_is_seen(tmp_path):
    spec = importlib.util.spec_from_file_location("check_links", DOCS / "check_links.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="b.html#there">b</a><a href="#here">up</a><a href="https://x.org">x</a>'
    )
    (tmp_path / "b.html").write_text('<p id="there"><a href="a.html#nowhere">a</a><a href="c.html">c</a>')
    assert module.broken_links(tmp_path) == ["b.html: a.html#nowhere", "b.html: c.html"]


def test_keys_of_walls_rings_and_absorbers_have_a_meaning():
    tables = {table.name: table for table in sections()}
    for name in ("walls", "axis", "absorber"):
        assert all(key.meaning for key in tables[name].keys), name
