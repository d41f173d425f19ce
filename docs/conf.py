"""The manual: ``make docs`` builds it offline into build/site; a warning is an error."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import jax
from docutils import nodes
from latex2mathml.converter import convert

HERE = Path(__file__).parent
GALLERY = HERE.parent / "build" / "gallery"
(GALLERY / "public").mkdir(parents=True, exist_ok=True)
sys.path.insert(0, str(HERE))
jax.config.update("jax_enable_x64", True)

project = "wavesim"
author = "the wavesim developers"
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 4
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "wavesim"
html_copy_source = False
html_extra_path = [str(GALLERY / "public")]
html_theme_options = {"navigation_with_keys": True}
# the names of kinds are headings of several families, and generated pages repeat them
suppress_warnings = ["autosectionlabel.*"]
nitpicky = False


def _formula(self: Any, node: nodes.Element) -> None:
    """A formula as MathML, which browsers set themselves: nothing is fetched from anywhere."""
    block = isinstance(node, nodes.math_block)
    self.body.append(convert(node.astext(), display="block" if block else "inline"))
    raise nodes.SkipNode


def _generate(app: Any) -> None:
    from films_and_numbers import write_gallery
    from pages import write_pages

    write_pages(Path(app.srcdir) / "reference")
    write_gallery(Path(app.srcdir) / "gallery", GALLERY / "made", GALLERY / "public")


def setup(app: Any) -> None:
    """Register MathML, and write the generated pages before anything is read."""
    app.add_html_math_renderer("mathml", inline_renderers=(_formula, None), block_renderers=(_formula, None))
    app.connect("builder-inited", _generate)


html_math_renderer = "mathml"
