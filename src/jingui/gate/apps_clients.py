"""五（一）2 接入应用: which app asks at the token endpoint, proven by its key, or named where PKCE proves it [5.1.2]"""

from typing import Final

from jingui.core.apps import keys_of
from jingui.core.errors import NotFound, Refused, Tampered
from jingui.core.partners import AppFact
from jingui.core.smart import ASSERTION, Proof
from jingui.core.word import N_
from jingui.crypto.client_assertion import Claims, client_of, proven
from jingui.gate.partners_standing import app_standing
from jingui.gate.writing import WriteContext

#: OAuth's own words for what a client did wrong: word -> (what, what to do).
FAULTS: Final = {
    "invalid_client": (N_("应用没有证明自己的身份，或已停用。"), N_("请核对应用编号、公钥、有效期与合作协议。")),
    "invalid_grant": (N_("授权码或刷新令牌无效、已用过或已撤回。"), N_("请重新取得授权。")),
    "invalid_scope": (N_("所要求的权限范围没有获准。"), N_("请在登记的范围内申请。")),
    "invalid_request": (N_("授权请求不完整。"), N_("请按接口说明补齐参数。")),
    "unsupported_grant_type": (N_("不支持这种授权方式。"), N_("请使用授权码、刷新令牌或客户端凭据。")),
    "unauthorized_client": (N_("该应用不能使用这种授权方式。"), N_("请按登记的方式接入。")),
}
SPENT: Final = """INSERT INTO app_assertion (app_id, jti, at) VALUES ($1::bigint, $2::bytea, $3::timestamptz)
ON CONFLICT DO NOTHING RETURNING id"""
FORGET: Final = "DELETE FROM app_assertion WHERE app_id = $1::bigint AND at < $2::timestamptz"


def fault(word: str) -> Refused:
    """The refusal of that name."""
    what, then = FAULTS[word]
    return Refused(what, then, clauses=("5.1.2",), rules=("smart-client",), reason=word)


def client(context: WriteContext, proof: Proof) -> AppFact:
    """The app that asks, live and proven; everything else is the same refusal, whoever it was."""
    name = proof.client
    if proof.assertion:
        try:
            said = client_of(proof.assertion)
        except Tampered as error:
            raise fault("invalid_client") from error
        if proof.kind != ASSERTION or (name and name != said):
            raise fault("invalid_client")
        name = said
    app = live(context, name)
    if app.confidential is not bool(proof.assertion):
        raise fault("invalid_client")
    if proof.assertion:
        try:
            spend(context, app, proven(proof.assertion, keys_of(app.keys)[0], proof.audiences, context.operation.at))
        except Tampered as error:
            raise fault("invalid_client") from error
    return app


def live(context: WriteContext, name: str) -> AppFact:
    """The registered app of that name, while it, its partner and its agreement stand."""
    try:
        found = app_standing(context, client=name) if name else None
    except NotFound:
        found = None
    if found is None or found.reason or found.facts.app is None:
        raise fault("invalid_client")
    return found.facts.app


def spend(context: WriteContext, app: AppFact, claims: Claims) -> None:
    """Each assertion is taken once: its `jti` is remembered until it could not be taken any more."""
    context.rows(FORGET, app.id, context.operation.at)
    jti = context.runtime.suite.digest(b"jingui:jti:1\0" + claims.jti.encode())
    if claims.client != app.client or not context.rows(SPENT, app.id, jti, claims.ends):
        raise fault("invalid_client")
