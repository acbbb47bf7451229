"""二（一）1 采集模板: whether a template hangs together, whoever wrote it [2.1.1]"""

from collections.abc import Iterator

from jingui.core.capture import ItemKind, Necessity, Template
from jingui.formats.capture_extract import MAKES
from jingui.formats.capture_rules import RULES
from jingui.formats.codetables import shipped
from jingui.formats.identifiers import CHECKS


def problems(template: Template) -> Iterator[str]:
    """What is wrong with a template's own make-up, whoever wrote it; nothing when it can be used."""
    every = template.every()
    links = [item.link for item in every]
    yield from (f"{link}: twice" for link in sorted({one for one in links if links.count(one) > 1}))
    known = {*links, *(f"{item.link}.{one.link}" for item in every for one in item.items)}
    for item in every:
        needs_table = item.kind in (ItemKind.CHOICE, ItemKind.CODED)
        if needs_table != bool(item.table) or (item.table and item.table not in shipped()):
            yield f"{item.link}: table {item.table!r}"
        if (item.kind is ItemKind.GROUP) != bool(item.items):
            yield f"{item.link}: group without items, or items without group"
        if item.check and item.check not in CHECKS:
            yield f"{item.link}: check {item.check!r}"
        other = item.when[0]
        if (item.necessity is Necessity.CONDITIONAL) != bool(other) or (other and other not in known):
            yield f"{item.link}: when {item.when[0]!r}"
        if item.low is not None and item.high is not None and item.low > item.high:
            yield f"{item.link}: low above high"
        if not item.zh or not (item.element or item.kind is ItemKind.GROUP or item.why):
            yield f"{item.link}: no name or purpose"
    for rule in template.rules:
        if rule.kind not in RULES or rule.left not in known or (rule.right and rule.right not in known):
            yield f"rule {rule.kind} {rule.left} {rule.right}"
    for make in template.makes:
        if make.kind not in MAKES or (make.of != "*" and make.of not in known):
            yield f"make {make.kind} {make.of}"
