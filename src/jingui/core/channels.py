"""五（一）1, 2 传输通道: a channel's address and options: never plain, never a password inside [5.1.1] [5.1.2]"""

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from jingui.core.transmit import CHANNELS, NETWORKS, Direction
from jingui.core.word import N_

CODE: Final = re.compile(r"[a-z][a-z0-9-]{1,39}\Z")
LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z", re.IGNORECASE)
TITLE: Final = re.compile(r"[\x21-\x5b\x5d-\x7e]{1,16}\Z")
WORD: Final = re.compile(r"[A-Za-z0-9._@-]{1,64}\Z")
FOLDER: Final = re.compile(r"/?[A-Za-z0-9_-][A-Za-z0-9._-]{0,59}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,59}){0,7}/?\Z")
HOST_KEY: Final = re.compile(r"(SHA256:[A-Za-z0-9+/]{43}|(ssh-ed25519|ecdsa-sha2-nistp256) [A-Za-z0-9+/=]{40,200})\Z")
LOCAL: Final = ("localhost", "local", "internal", "lan", "home", "localdomain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A row: an option's form, and whether a channel of that kind cannot do without."""

    form: re.Pattern[str]
    needed: bool = False


#: Options of a kind of channel, by name; `password`-like ones do not exist: keys and certificates prove.
OPTIONS: Final[Mapping[str, Mapping[str, Option]]] = {
    "https": {},
    "fhir": {},
    "mllp": {"application": Option(form=WORD), "facility": Option(form=WORD)},
    "dicom": {"called": Option(form=TITLE, needed=True), "calling": Option(form=TITLE)},
    "sftp": {
        "host_key": Option(form=HOST_KEY, needed=True), "user": Option(form=WORD, needed=True),
        "folder": Option(form=FOLDER, needed=True), "receipts": Option(form=FOLDER),
    },
}  # fmt: skip


def address_fault(kind: str, network: str, direction: str, address: str) -> str:
    """What is wrong with a channel's address (msgid), "" for nothing."""
    if not address:
        return "" if direction == Direction.IN else N_("传出的通道须写明对方地址")
    if not address.isascii() or not address.isprintable() or " " in address or "\\" in address:
        return N_("地址只能用英文字母、数字和符号；中文域名请写成 xn-- 形式")
    scheme = CHANNELS[kind].scheme
    if not scheme and "://" in address:
        return N_("地址须为 主机:端口，不写协议；连接一律加密")
    try:
        parts = urlsplit(address if scheme else f"x://{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return N_("地址不正确")
    if scheme and parts.scheme != scheme:
        return N_("地址须以 https:// 开头，不加密的方式不能使用") if scheme == "https" else N_("地址须以 sftp:// 开头")
    if parts.username is not None or parts.password is not None or "@" in address:
        return N_("地址中不得写用户名或口令")
    if (
        parts.query
        or parts.fragment
        or "?" in address
        or "#" in address
        or (parts.path not in ("", "/") and kind != "fhir")
    ):
        return N_("地址只写到主机和端口为止")
    if (not scheme and port is None) or port == 0:
        return N_("请写明端口")
    return host_fault(network, host)


def host_fault(network: str, host: str) -> str:
    """What is wrong with a host for a network (msgid), "" for nothing."""
    literal = host.strip("[]")
    try:
        number = ipaddress.ip_address(literal)
    except ValueError:
        return _name_fault(network, host)
    mapped = getattr(number, "ipv4_mapped", None)
    number = mapped or number
    if (
        number.is_link_local
        or number.is_multicast
        or number.is_unspecified
        or (number.is_reserved and not number.is_loopback)
    ):
        return N_("不能使用这个地址")
    if number.is_loopback:
        return "" if network == "line" else N_("本机地址只能用于专线（本机上的隧道端点）")
    if network == "internet" and not number.is_global:
        return N_("互联网通道不能使用内部地址")
    return ""


def _name_fault(network: str, host: str) -> str:
    labels = host.rstrip(".").split(".")
    if not host or len(host) > 253 or not all(LABEL.match(one) for one in labels):
        return N_("主机名不正确")
    if all(one.isdigit() or one.lower().startswith("0x") for one in labels):
        return N_("主机名不正确")  # 2130706433, 0x7f.1: numbers that some resolvers read as addresses
    local = labels[-1].lower() in LOCAL
    if labels[-1].lower() == "localhost":
        return "" if network == "line" else N_("本机地址只能用于专线（本机上的隧道端点）")
    if network == "internet" and (local or len(labels) < 2):
        return N_("互联网通道须用完整的公网域名")
    return ""


def options_of(kind: str, text: str) -> tuple[str, str]:
    """The options of pasted lines `name=value` as canonical JSON, and what is wrong (msgid, "" for nothing)."""
    known = OPTIONS[kind]
    given: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = (part.strip() for part in line.partition("="))
        if not name and not value:
            continue
        option = known.get(name)
        if option is None:
            return "", N_("有这种通道没有的参数")
        if name in given or not option.form.match(value):
            return "", N_("参数的值不正确")
        given[name] = value
    if any(option.needed and name not in given for name, option in known.items()):
        return "", N_("缺少必需的参数：DICOM 须写 called；SFTP 须写 host_key、user、folder")
    said = json.dumps(given, ensure_ascii=True, sort_keys=True, separators=(",", ":")) if given else ""
    return (said, "") if len(said) <= 400 else ("", N_("参数过长"))


def carries_there(kind: str, network: str) -> bool:
    """Whether content of this kind of channel may go over the network: what has no envelope stays off the internet."""
    return CHANNELS[kind].sealed or NETWORKS[network].unsealed
