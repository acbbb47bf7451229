"""The HL7 v2 listener's process, `python -m jingui.config.mllp`; off unless jingui.toml says where [5.1.1]"""

import asyncio
import ipaddress
import ssl
from pathlib import Path

import uvloop

from jingui.config.home import Home, home
from jingui.config.plane_process import working
from jingui.core.errors import Misconfigured
from jingui.core.word import N_


def wanted(where: Home) -> bool:
    """Whether this house listens for messages at all."""
    return bool(where.mllp or where.mllp_plain)


def place(text: str) -> tuple[str, int]:
    """`host:port`; Misconfigured for anything else."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) < 65536:
        raise Misconfigured(N_("HL7 监听地址须写成“地址:端口”。"), where=text)
    return host.strip("[]"), int(port)


def loopback(text: str) -> tuple[str, int]:
    """A place on loopback; Misconfigured otherwise: a plain channel to other hosts cannot be configured."""
    host, port = place(text)
    try:
        inside = ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise Misconfigured(
            N_("不加密的 HL7 通道只能用于本机回环地址。"), N_("请改用 mllp（TLS 双向认证），或写 127.0.0.1。"),
            where=text,
        )  # fmt: skip
    return host, port


def encrypted(where: Home) -> ssl.SSLContext:
    """The TLS side; Misconfigured when a file is missing or cannot be used."""
    from jingui.api.mllp import context

    files = [where.mllp_certificate, where.mllp_key, where.mllp_authorities]
    if not all(files):
        raise Misconfigured(N_("HL7 通道须配置证书、私钥和发送方的签发机构。"), where="mllp_certificate")
    try:
        return context(*(str(where.root / Path(one)) for one in files))
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(N_("HL7 通道的证书文件无法使用。"), where=type(error).__name__) from error


def check(where: Home) -> None:
    """Refuse the start when the channel is configured wrongly."""
    if not 1 <= where.mllp_workers <= 64:
        raise Misconfigured(N_("进程数须在 1 至 64 之间。"), where="mllp_workers")
    if where.mllp:
        place(where.mllp)
        encrypted(where)
    if where.mllp_plain:
        loopback(where.mllp_plain)


async def listen(where: Home, ready: "asyncio.Event | None" = None, stop: "asyncio.Event | None" = None) -> None:
    """Listen until `stop`, or for ever."""
    from jingui.api.mllp import Listener

    listener = Listener()
    servers = []
    if where.mllp:
        servers.append(await listener.start(*place(where.mllp), encrypted(where), shared=where.mllp_workers > 1))
    if where.mllp_plain:
        servers.append(await listener.start(*loopback(where.mllp_plain), None, shared=where.mllp_workers > 1))
    if ready is not None:
        ready.set()
    try:
        await (stop or asyncio.Event()).wait()
    finally:
        for server in servers:
            server.close()
        for task in list(listener.open):
            task.cancel()
        await asyncio.gather(*listener.open, return_exceptions=True)


async def work() -> None:
    """Serve until SIGTERM, with a data plane of this process's own: messages never stand in the way of reading."""
    async with working() as stop:
        await listen(home(), stop=stop)


def main() -> int:
    """Run the listener."""
    uvloop.run(work())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
