"""Made-up view models for the preview: the public check of a copy."""

import json
from typing import Any

from jingui.web.viewmodels import verify as view
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.parts import Link, Tone
from jingui.web.viewmodels.paths import to
from tools.preview_frame import T

SECRET, DIGEST = "4f7a" * 8, "9c" * 32
KEY = "ledger.example.org+8f2d11c0+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh"


def page(t: T, answer: view.CheckAnswer | None = None, *, wrong: str = "") -> view.VerifyPage:
    """The page with or without an answer."""
    code = Field(
        name="secret", label=t("核验码", "Code"), value=SECRET if answer else "",
        hint=t("二维码旁印的一行字", "The line beside the QR"),
        errors=(wrong,) if wrong else (),
    )  # fmt: skip
    digest = Field(
        name="digest", label=t("文件的 SHA-256", "SHA-256 of the file"), required=False, maxlength=64,
        value=DIGEST if answer else "",
    )  # fmt: skip
    return view.VerifyPage(
        form=Form(fields=(code, digest), submit=t("核验", "Check")), answer=answer, english=t("", "en") == "en",
        other_language=Link(label=t("English", "中文"), href=to("verify")),
        action=to("verify"), side=to("verify_side"), root_file=to("verify_root"), key=KEY,
        root="ab" * 32,
    )  # fmt: skip


def answer(t: T, tone: Tone, title: str, text: str, **more: Any) -> view.CheckAnswer:
    """One answer about a copy that there is."""
    facts = (
        (t("出具医院", "Issued by"), "示范市第一人民医院"), (t("复制件编号", "Number of the copy"), "FZ20261122-0017"),
        (t("用印时间", "Sealed"), "2026-11-22 10:04:11 +0800"), (t("页数", "Pages"), "12"),
        (t("患者", "Patient"), "张*"), (t("申请人", "Applicant"), "李*"),
        (t("依据的批准", "Approval"), t("复制本人病历", "Copy of one's own record") + " · 1182 · 2026-11-21"),
    )  # fmt: skip
    verdict = view.Verdict(tone=tone, title=title, text=text)
    facts_of: dict[str, Any] = {
        "verdicts": (verdict,), "found": True, "facts": facts, "number": "FZ20261122-0017", "secret": SECRET,
        "digest": DIGEST, "proof": json.dumps({"proof": {"kind": "line"}, "key": KEY}),
    }  # fmt: skip
    return view.CheckAnswer(**{**facts_of, **more})


def verify(t: T) -> dict[str, tuple[str, Any]]:
    """Every state of it."""
    good = answer(t, "ok", t("未被改动", "Unaltered"), t("这正是医院用印的文件。", "Exactly the sealed file."))
    altered = answer(
        t, "bad", t("不是医院用印的文件", "Not the sealed file"), t("请勿采信。", "Do not rely on it."), mismatch=True
    )
    revoked = answer(t, "bad", t("已作废", "Revoked"), t("不应再作为依据。", "Not to be relied upon."), proof="")
    text = t("请核对核验码。", "Check the code.")
    none = view.Verdict(tone="bad", title=t("没有这份复制件", "No such copy"), text=text)
    unknown = view.CheckAnswer(found=False, verdicts=(none,), secret=SECRET)
    shown = {
        "verify": page(t), "verify-good": page(t, good), "verify-altered": page(t, altered),
        "verify-revoked": page(t, revoked), "verify-unknown": page(t, unknown),
        "verify-wrong": page(t, wrong=t("请填写。", "Please fill this in.")),
    }  # fmt: skip
    return {name: ("verify/verify.html", one) for name, one in shown.items()}
