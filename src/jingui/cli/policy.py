"""`jingui where | why | clauses | policy import`: the policy as the software carries it [1.3.1] [8.2]"""

import argparse
import json
from collections import Counter
from pathlib import Path

from jingui.cli.words import language, out, say
from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.core.words import Verb

STATES = {
    "evident": N_("有留痕"),
    "carried": N_("已落实"),
    "untested": N_("未测试"),
    "by_hand": N_("由人办理"),
    "open": N_("未落实"),
}
CHANGES = {"added": N_("新增"), "removed": N_("删除"), "changed": N_("修改"), "moved": N_("移动")}


def where(given: argparse.Namespace) -> int:
    """Show what carries a clause."""
    from jingui.config import carried
    from jingui.policy import clauses

    clause = clauses.get(clauses.clause_id(given.clause))
    zh = language() == "zh"
    found = carried.by_clause()[clause.id]
    out(f"{clause.heading}  {clause.title_zh if zh else clause.title_en}")
    out(clause.text_zh if zh else clause.text_en)
    for title, lines in (
        (N_("规则"), [f"{one.id}  {one.zh if zh else one.en}" for one in found.rules]),
        (N_("操作"), [f"{verb.value}  {say(verb.label)}" for verb in found.operations]),
        (N_("代码"), list(found.code)),
        (N_("测试"), list(found.tests)),
    ):
        if lines:
            out(f"\n{say(title)}")
            for line in lines:
                out(f"  {line}")
    by_hand = clause.by_hand_zh if zh else clause.by_hand_en
    if by_hand:
        out(f"\n{say(N_('由人办理'))}\n  {by_hand}")
    return 0


def why(given: argparse.Namespace) -> int:
    """Show the rules that speak of an operation."""
    from jingui.config import carried
    from jingui.policy import clauses

    try:
        verb = Verb(given.operation)
    except ValueError as error:
        known = " ".join(each.value for each in Verb)
        raise Invalid(N_("没有这种操作。"), N_("请从所列操作中选择。"), places=((known, ""),)) from error
    zh = language() == "zh"
    out(f"{verb.value}  {say(verb.label)}")
    for rule in carried.rules_of(verb):
        mark = say(N_("准许")) if rule.effect == "permit" else say(N_("禁止"))
        out(f"\n{mark}  {rule.id}  {rule.zh if zh else rule.en}")
        for one in rule.clauses:
            clause = clauses.get(one) if clauses.known(one) else None
            out(f"    {clauses.heading(one)} {(clause.title_zh if zh else clause.title_en) if clause else ''}")
    return 0


def listed(given: argparse.Namespace) -> int:
    """List the clauses with what carries each; evidence is counted when the house runs."""
    from jingui.config import carried, gauges

    rows = carried.rows(gauges.evidence())
    if given.json:
        out(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    zh = language() == "zh"
    for row in rows:
        counts = say(
            N_("规则 {rules}，测试 {tests}，近 30 天留痕 {n} 条"),
            rules=len(row["rules"]),
            tests=len(row["tests"]),
            n=row["evidence"],
        )
        out(f"{say(STATES[row['state']])}  {row['zh' if zh else 'en']}  {counts}")
    states = Counter(str(row["state"]) for row in rows)
    out("\n" + "  ".join(f"{say(STATES[state])} {count}" for state, count in states.most_common()))
    return 0


def imported(given: argparse.Namespace) -> int:
    """Read a policy's text and say how it differs from the shipped wording; nothing is published by this."""
    from jingui.config import carried

    changes = carried.compared(Path(given.file))
    if given.json:
        out(json.dumps(changes, ensure_ascii=False, indent=1))
        return 0
    for change in changes:
        was = f" ← {change['was']}" if change["was"] else ""
        out(f"{say(CHANGES[change['change']])}  {change['heading']}{was}")
    read = N_("读到 {chapters} 章、{sections} 节、{clauses} 条；目录、页眉和广告等 {dropped} 行已略去。")
    out(say(read, **carried.structure(Path(given.file))))
    out(say(N_("与随附文本相比，有 {n} 条不同。"), n=len(changes)))
    out(say(N_("文本已读懂，但尚未发布；请在“制度”页提交修订，由第二人确认。")))
    return 0
