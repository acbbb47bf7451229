"""五（一）2 接入应用: what may stand in an app's registration: redirects, scopes, public keys [5.1.2] [5.2.3]"""

import ipaddress
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from jingui.core.word import N_

CLIENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,59}\Z")
SCOPE: Final = re.compile(r"(patient|user|system)/([A-Z][A-Za-z]{2,40})\.(c?r?u?d?s?)(\?[A-Za-z0-9_.:|=&,-]{1,60})?\Z")
LAUNCH: Final = frozenset({"openid", "fhirUser", "launch", "launch/patient", "offline_access", "online_access"})
MOST: Final = 40  # scopes of one app
REDIRECTS: Final = 10
CURVES: Final = frozenset({"P-256", "P-384"})
PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
LEAST_RSA: Final = 340  # characters of a modulus of 2048 bits, in base64url
CHANGES: Final = frozenset("cud")


def redirect_fault(address: str, *, native: bool) -> str:
    """What is wrong with a redirect address (msgid), "" for nothing: https; loopback for an app on the device."""
    plain = address.isascii() and address.isprintable() and not set(address) & set(" \\<>\"'`{}|^")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return N_("回调地址不正确")
    if not plain or len(address) > 300 or "*" in address or not host or port == 0:
        return N_("回调地址不正确")
    if parts.username is not None or "@" in parts.netloc or "#" in address or ".." in parts.path:
        return N_("回调地址不得含用户名、片段或上级目录")
    if parts.scheme == "https":
        return "" if "." in host and not _loopback(host) else N_("回调地址须为完整域名")
    if parts.scheme == "http" and native and host in ("127.0.0.1", "::1"):
        return ""
    return N_("回调地址须以 https:// 开头；本机应用可用 http://127.0.0.1")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").endswith("localhost")


def scopes_fault(scopes: Iterable[str], types: frozenset[str], *, writes: bool, system: bool) -> str:
    """What is wrong with the scopes (msgid), "" for nothing. `types` are what the agreement's views show.

    `writes`: the partner may send to us; `system`: the app proves itself and has an account.
    """
    asked = tuple(scopes)
    if not asked or len(asked) > MOST or len(set(asked)) != len(asked):
        return N_("请写明权限范围，每行一个，不超过 40 个")
    for scope in asked:
        if scope in LAUNCH:
            continue
        found = SCOPE.match(scope)
        if found is None or not found[3]:
            return N_("有权限范围写法不正确")
        if found[2] not in types | {"Patient"}:
            return N_("有权限范围超出协议约定的内容")
        if CHANGES & set(found[3]) and not writes:
            return N_("协议没有约定接收对方资料，应用不能写入")
        if found[1] == "system" and not system:
            return N_("system/ 范围须以私钥证明身份，并填写接口账号")
    return "" if any(scope not in LAUNCH for scope in asked) else N_("请写明权限范围，每行一个，不超过 40 个")


def keys_of(text: str) -> tuple[tuple[Mapping[str, Any], ...], str]:
    """The public keys of a JWK set and what is wrong (msgid, "" for nothing)."""
    broken = N_('不是 JWK Set（{"keys":[…]}），或含有不支持的密钥')
    try:
        said = json.loads(text)
        found = said["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return (), broken
    if not isinstance(found, list) or not 0 < len(found) <= 5 or not all(isinstance(one, dict) for one in found):
        return (), broken
    if any(PRIVATE & set(one) for one in found):
        return (), N_("含有私钥：私钥不得交给任何人，请更换密钥后只提供公钥")
    names = [one.get("kid") for one in found]
    if not all(isinstance(name, str) and 0 < len(name) <= 100 for name in names) or len(set(names)) != len(names):
        return (), N_("每个公钥须有各自的 kid")
    if not all(_public(one) for one in found):
        return (), broken
    return tuple(found), ""


def _public(key: Mapping[str, Any]) -> bool:
    if key.get("use", "sig") != "sig":
        return False
    if key.get("kty") == "EC":
        return key.get("crv") in CURVES and all(isinstance(key.get(name), str) and key[name] for name in ("x", "y"))
    return key.get("kty") == "RSA" and isinstance(key.get("n"), str) and len(key["n"]) >= LEAST_RSA


def thumb(key: Mapping[str, Any]) -> str:
    """What makes a key the same key, whatever it is called."""
    return "|".join(str(key.get(name, "")) for name in ("kty", "crv", "x", "y", "n"))


def lines(text: str) -> tuple[str, ...]:
    """The lines of a pasted list, without empty ones."""
    return tuple(one.strip() for one in text.splitlines() if one.strip())
