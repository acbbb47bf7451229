"""六（一）1 安全防护: what a virus scanner of the hospital says of a file; silence is no answer [6.1.1]

clamd's INSTREAM over its socket: the file never touches a disk. Whatever goes wrong is Unavailable: a scanner that is
configured and does not answer lets nothing in.
"""

import socket
from typing import Final

from jingui.core.errors import Invalid, Unavailable
from jingui.core.word import N_

SECONDS: Final = 30.0
CHUNK: Final = 1 << 16
CLEAN, NONE = "clean", "none"


def checked(body: bytes, address: str, place: str = "scan") -> str:
    """`clean`, or `none` when no scanner is configured ("" address). Invalid for an infected file.

    `address` is a socket's path, or host:port.
    """
    if not address:
        return NONE
    answer = asked(body, address)
    if answer == "stream: OK":
        return CLEAN
    if answer.endswith(" FOUND"):
        raise Invalid(N_("文件含有恶意代码，已拒收。"), N_("请联系信息部门检查来源计算机。"),
                      places=((place, N_("文件含有恶意代码")),))  # fmt: skip
    raise silent()


def asked(body: bytes, address: str) -> str:
    """The scanner's one line."""
    try:
        with connected(address) as line:
            line.sendall(b"zINSTREAM\0")
            for at in range(0, len(body), CHUNK):
                part = body[at : at + CHUNK]
                line.sendall(len(part).to_bytes(4, "big") + part)
            line.sendall(bytes(4))
            said = b""
            while not said.endswith(b"\0") and len(said) < 4096:
                more = line.recv(4096)
                if not more:
                    break
                said += more
    except (OSError, ValueError) as error:
        raise silent() from error
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def connected(address: str) -> socket.socket:
    """A connection that gives up in time."""
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def silent() -> Unavailable:
    """What is said when the scanner does not answer."""
    return Unavailable(
        N_("病毒检查服务没有应答，文件未被收取。"), N_("请稍后再试；若仍不成功，请联系信息部门。"), where="clamd"
    )
