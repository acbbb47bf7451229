"""三（一）存储: what a key provider is told by the environment: names there, secrets only in 0600 files [3.1.1]"""

from collections.abc import Mapping
from pathlib import Path

from jingui.core.errors import KeyTrouble
from jingui.core.word import N_
from jingui.crypto.keyfile import read_secret


def value(environment: Mapping[str, str], name: str, otherwise: str = "") -> str:
    """Return the variable `name`; KeyTrouble naming it when it is empty and has no default."""
    found = environment.get(name) or otherwise
    if not found:
        raise KeyTrouble(N_("密钥提供方的配置不完整，系统拒绝启动。"), N_("请设置所示的环境变量。"), variable=name)
    return found


def secret(environment: Mapping[str, str], name: str) -> str:
    """Return the one line of the private file that the variable `name` points to; KeyTrouble when it is not private.

    A secret in the environment itself is seen by every child process and in crash reports, so that is not offered.
    """
    path = Path(value(environment, name))
    try:
        line = read_secret(path).decode().strip()
    except UnicodeDecodeError:
        line = ""
    if not line or "\n" in line:
        raise KeyTrouble(path=str(path), problem="not one line")
    return line
