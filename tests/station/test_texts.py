"""The station's pages say nothing that the catalogue's collector cannot see."""

import ast

from jingui.station.texts import PAGES
from tests.house import SOURCES


def test_every_text_of_a_page_is_listed() -> None:
    said = [
        node.args[0].value
        for node in ast.walk(ast.parse((SOURCES / "station" / "pages.py").read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "N_"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert sorted(set(said)) == sorted(PAGES)
