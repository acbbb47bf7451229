"""`python -m jingui_verify`: check exports, proofs, receipts, consistency and stamped copies from a terminal.

Exit: 0 all is well · 1 something is wrong · 2 wrong usage or unreadable file · 3 self-consistent only, key not pinned.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jingui_verify.bad import Bad
from jingui_verify.canon import parse
from jingui_verify.chain import read_roots
from jingui_verify.copies import check_copy
from jingui_verify.export import check_export
from jingui_verify.note import Key, open_note, parse_key, parse_note
from jingui_verify.proofs import Outcome, check_proof
from jingui_verify.texts import Step, words

GOOD, WRONG, USAGE, UNPINNED = 0, 1, 2, 3
VERDICTS = {
    GOOD: ("核验通过。", "Verified."),
    WRONG: ("核验不通过。", "NOT verified."),
    UNPINNED: (
        "仅自身一致，未指定可信公钥（--key；复制件还有 --root），不能证明来源。",
        "Self-consistent only, key not pinned (--key; copies: --root too): this proves nothing about who made it.",
    ),
}
LONGEST = 64 * 1024 * 1024
RESTORE_TEST = "jingui-restore-test/1"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jingui_verify", description="金匮存证台账独立核验 / Jingui ledger verifier")
    asked = parser.add_subparsers(dest="what", required=True)
    for name, files in (
        ("export", ("file",)),
        ("proof", ("file",)),
        ("receipt", ("file",)),
        ("consistency", ("old", "new", "proof")),
        ("copy", ("file",)),
        ("restore-test", ("file",)),
    ):
        sub = asked.add_parser(name)
        for file in files:
            sub.add_argument(file, type=Path)
        sub.add_argument("--key", help="可信公钥（一行）或存放它的文件 / trusted key line, or its file")
        sub.add_argument("--json", action="store_true", help="以 JSON 输出 / print JSON")
        if name == "copy":
            sub.add_argument("--root", type=Path, help="可信的签章根证书（PEM 或 DER）/ trusted root of the stamp")
            sub.add_argument("--side", type=Path, help="随附证明 / side file kept beside the PDF")
        if name == "export":
            sub.add_argument("--checkpoint", type=Path, action="append", default=[], metavar="NOTEFILE")
            sub.add_argument("--quiet", action="store_true", help="不显示进度 / no progress")
    return parser


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(LONGEST + 1)
    if len(raw) > LONGEST:
        raise OSError(f"{path}: > {LONGEST} bytes")
    return raw


def _text(path: Path) -> str:
    return _read(path).decode("utf-8")


def _key(given: str | None) -> Key | None:
    if given is None:
        return None
    line = given if "+" in given and not Path(given).is_file() else _text(Path(given))
    return parse_key(line.strip())


def _progress(entries: int, seconds: float) -> None:
    rate = int(entries / seconds) if seconds else 0
    print(f"{entries:,} 条 entries · {seconds:.0f} s · {rate:,}/s", file=sys.stderr, flush=True)


def _verdict(ok: bool, pinned: bool) -> int:
    return WRONG if not ok else GOOD if pinned else UNPINNED


def _show(code: int, body: dict[str, Any], lines: Sequence[str], as_json: bool) -> int:
    zh, en = VERDICTS[code]
    if as_json:
        print(json.dumps({"ok": code == GOOD, "verdict_zh": zh, "verdict_en": en} | body, ensure_ascii=False))
    else:
        print("\n".join([*lines, f"{zh} {en}"]))
    return code


def _export(args: argparse.Namespace) -> int:
    notes = [_text(path) for path in args.checkpoint]
    with args.file.open("rb") as file:
        report = check_export(file, _key(args.key), notes, None if args.quiet else _progress)
    body = dataclasses.asdict(report)
    lines = [
        f"台账 ledger: {report.origin} ({report.suite})",
        f"条目 entries: {report.entries:,} ({report.start:,} … {report.size:,}) · 检查点 checkpoints: "
        f"{report.checkpoints:,} · 外部检查点 outside: {report.outside} · 写入进程 writers: {report.writers:,}",
        f"已证明至 proved up to: {report.sealed:,} · 树根 root: {report.root}",
    ]
    if (found := report.finding) is not None:
        place = f"{found.index}" if found.index == found.last else f"{found.index} … {found.last}"
        lines.append(f"✗ 首个问题条目 first bad entry: {place}（第 {found.line} 行 line）\n  {found.zh}\n  {found.en}")
    return _show(_verdict(report.ok, report.pinned), body, lines, args.json)


def _lines(steps: Sequence[Step]) -> list[str]:
    return [
        f"{'✓' if step.ok else '✗'} {step.name_zh} / {step.name_en}"
        + ("" if step.ok else f"\n  {step.detail_zh}\n  {step.detail_en}")
        for step in steps
    ]


def _outcome(outcome: Outcome, as_json: bool) -> int:
    body = {"pinned": outcome.pinned, "steps": [dataclasses.asdict(step) for step in outcome.steps]}
    return _show(_verdict(outcome.ok, outcome.pinned), body, _lines(outcome.steps), as_json)


def _copy(args: argparse.Namespace) -> int:
    roots = read_roots(_read(args.root)) if args.root else []
    found = check_copy(_read(args.file), key=_key(args.key), roots=roots, side=_read(args.side) if args.side else None)
    lines = [f"SHA-256: {found.digest}"]
    if found.sealed:
        lines.append(f"签章 stamped: {found.sealed} · {found.by} · 编号 number: {found.number}")
    lines += _lines(found.steps)
    if not found.side:
        lines.append(
            "没有随附证明（--side），未核对本文件的台账条目。 No side file: the file's own entry is unchecked."
        )
    return _show(_verdict(found.ok, found.pinned), dataclasses.asdict(found), lines, args.json)


def _proof(args: argparse.Namespace) -> int:
    key = _key(args.key)
    if args.what != "consistency":
        proof = parse(_read(args.file))
        if args.what == "receipt" and not (isinstance(proof, dict) and proof.get("kind") == "receipt"):
            raise Bad("form", what="kind")
    else:
        proof = parse(_read(args.proof))
        if not isinstance(proof, dict) or proof.get("kind") != "consistency":
            raise Bad("form", what="kind")
        if (proof.get("old"), proof.get("new")) != (_text(args.old), _text(args.new)):
            raise Bad("form", what="old, new")
    return _outcome(check_proof(proof, key), args.json)


def _restore_test(args: argparse.Namespace) -> int:
    """A restore test's report: signed by the ledger's key, of the right form, passed or not as it says itself."""
    key, note = _key(args.key), _text(args.file)
    text = open_note(note, key) if key else parse_note(note).text
    first, line, rest = text.split("\n", 2) if text.count("\n") == 2 else ("", "", "")
    body = parse(line.encode()) if line else None
    kind, _, origin = first.partition(" ")
    if kind != RESTORE_TEST or rest or not isinstance(body, dict) or body.get("type") != kind:
        raise Bad("form", what="restore test")
    if not {"backup", "started", "bytes", "result", "steps"} <= body.keys() or not isinstance(body["bytes"], int):
        raise Bad("form", what="restore test")
    if body.get("origin") != origin or (key and key.name != origin):
        raise Bad("origin", have=str(body.get("origin")), want=key.name if key else origin)
    lines = [
        f"备份 backup: {body['backup']} · {body['started']} · {body['bytes']:,} bytes · 结果 result: {body['result']}",
        *(f"{'✓' if step['ok'] else '✗'} {step['name']} {step['ms']} ms {step['seen']}" for step in body["steps"]),
    ]
    return _show(_verdict(body["result"] == "passed", key is not None), body, lines, args.json)


_WAYS = {"export": _export, "copy": _copy, "restore-test": _restore_test}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one check and return its exit code."""
    args = _parser().parse_args(argv)
    try:
        return _WAYS.get(args.what, _proof)(args)
    except Bad as bad:
        zh, en = words(bad)
        return _show(WRONG, {"error": bad.code, "zh": zh, "en": en}, [f"✗ {zh}\n  {en}"], args.json)
    except (OSError, UnicodeDecodeError) as error:
        print(f"无法读取 cannot read: {error}", file=sys.stderr)
        return USAGE


if __name__ == "__main__":
    sys.exit(main())
