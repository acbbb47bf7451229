"""四（二）1 复制件核验: anybody checks a copy, without an account, a cookie or the file leaving their hands [4.2.1]

The QR holds a secret in the address's fragment, which no browser sends. What is asked by POST is that secret and the
file's SHA-256; neither ever stands in an address, a log or a referrer. Unknown and malformed codes get one answer.
"""

from http import HTTPStatus
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.errors import JinguiError, NotFound, Unavailable
from jingui.core.operation import Actor, Operation
from jingui.core.release import CheckCopy, CopyCheck
from jingui.core.words import Entrance, Purpose, Verb
from jingui.gate import door
from jingui.web import sessions, verify_words
from jingui.web.filling import Filled
from jingui.web.viewmodels import verify as view
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

LANGUAGES: Final = {"zh": "zh-hans", "en": "en"}
ASKER: Final = "public:verify"
LONGEST: Final = 400  # of what is typed as a code: a whole address fits


# No cookie is set and no session used, so there is nothing of the visitor's that a foreign page could misuse.
@csrf_exempt
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The page; with a code its answer."""
    with override(language(request)):
        filled, answer, status = Filled(request.POST, sent=request.method == "POST"), None, 200
        secret, digest = asked(filled)
        if filled.right:
            try:
                answer = verify_words.answer(check(request, secret, digest), secret, digest)
            except JinguiError as error:
                status = told(filled, error)
        elif filled.sent:
            status = 400
        return drawn(request, filled, answer, status)


@csrf_exempt
@sensitive_post_parameters("secret")
@require_http_methods(["POST"])
def side(request: HttpRequest) -> HttpResponse:
    """The side file: the proof of the sealing's entry with the stamp's certificates, to be kept beside the PDF."""
    with override(language(request)):
        filled = Filled(request.POST, sent=True)
        secret, digest = asked(filled)
        try:
            if not filled.right:
                raise NotFound()
            found = check(request, secret, digest)
            if not found.found or found.matches is False:
                raise NotFound()
            if found.proof is None:
                raise Unavailable(_("用印的存证还没有编入检查点，请过一会儿再试。"), where="proof")
        except JinguiError as error:
            return drawn(request, filled, None, told(filled, error))
    return kept_beside(found)


def kept_beside(found: CopyCheck) -> HttpResponse:
    """The side file as it is downloaded."""
    made = HttpResponse(orjson.dumps(beside(found)), content_type="application/json")
    made["Content-Disposition"] = f'attachment; filename="jingui-copy-{verify_words.plain(found.number)}.json"'
    return made


@require_safe
def root(_request: HttpRequest) -> HttpResponse:
    """The root certificate of the hospital's electronic stamp."""
    made = HttpResponse(door.published.stamp_root(), content_type="application/x-pem-file")
    made["Content-Disposition"] = 'attachment; filename="jingui-stamp-root.pem"'
    return made


def language(request: HttpRequest) -> str:
    """The language that the address names, else the browser's: no cookie is needed to choose one."""
    return LANGUAGES.get(request.GET.get("language", ""), get_language() or "zh-hans")


def asked(filled: Filled) -> tuple[str, str]:
    """Code and digest as they were typed or scanned; of a whole address its fragment."""
    typed = filled.text(
        "secret", _("核验码"), longest=LONGEST, autocomplete="off",
        hint=_("二维码旁印的一行字；也可以粘贴二维码里的整个网址"),
    )  # fmt: skip
    digest = filled.text(
        "digest", _("文件的 SHA-256"), longest=64, required=False, autocomplete="off",
        hint=_("浏览器能运行脚本时自动算出；否则请自己计算后填写（64 位十六进制），不填则只核对核验码"),
    )  # fmt: skip
    digest = digest.lower()
    if digest and not (len(digest) == 64 and all(letter in "0123456789abcdef" for letter in digest)):
        filled.wrong("digest", _("应为 64 位十六进制数。"))
    return typed.rpartition("#")[2].strip(), digest


def check(request: HttpRequest, secret: str, digest: str) -> CopyCheck:
    """Ask the door as the public."""
    actor = Actor(name=ASKER, address=sessions.address(request), entrance=Entrance.PUBLIC)
    data = CheckCopy(secret=secret, digest=digest)
    operation = Operation(actor=actor, verb=Verb.CHECK_COPY, at=door.now(), purpose=Purpose.OPERATION, data=data)
    value: CopyCheck = door.read(operation).value
    return value


def told(filled: Filled, error: JinguiError) -> int:
    """Say what went wrong above the form, and answer with which status."""
    filled.wrong("", f"{_(error.message)} {_(error.next_step)}".strip())
    return HTTPStatus.TOO_MANY_REQUESTS if error.data.get("reason") == "too_often" else error.status


def beside(found: CopyCheck) -> dict[str, Any]:
    """The side file; its form stands in docs/verify.md."""
    proof: Any = found.proof
    return {
        "kind": found.document, "v": 1, "digest": proof["target"]["record"], "key": found.key, "proof": proof,
        "certificates": verify_words.certificates(door.published.stamp_chain()),
    }  # fmt: skip


def drawn(request: HttpRequest, filled: Filled, answer: view.CheckAnswer | None, status: int) -> HttpResponse:
    """The page in the chosen language."""
    english = (get_language() or "").startswith("en")
    here, other = ("?language=en", "?language=zh") if english else ("?language=zh", "?language=en")
    page = view.VerifyPage(
        form=filled.form(_("核验")), answer=answer, english=english,
        other_language=Link(label="中文" if english else "English", href=to("verify") + other),
        action=to("verify") + here, side=to("verify_side") + here, root_file=to("verify_root"),
        key=door.published.ledger_key(), root=door.published.root_fingerprint(),
    )  # fmt: skip
    answered = render(request, "verify/verify.html", {"page": page}, status=status)
    answered["Referrer-Policy"] = "no-referrer"
    return answered
