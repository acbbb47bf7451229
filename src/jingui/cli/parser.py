"""The commands and their arguments; the work itself is imported when a command runs."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from jingui.cli.words import say
from jingui.core.word import N_

Run = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """The whole command line in the reader's language."""
    top = argparse.ArgumentParser(prog="jingui", description=say(N_("金匮：医院患者信息的一扇门，每次经过都有凭据。")))
    top.add_argument("--home", default="", metavar="DIR", help=say(N_("本院数据所在目录（默认 $JINGUI_HOME 或 var）")))
    commands = top.add_subparsers(title=say(N_("命令")), required=True, metavar="COMMAND")
    _running(commands)
    _content(commands)
    _policy(commands)
    _ledger(commands)
    _station(commands)
    _relay(commands)
    _backup(commands)
    _standby(commands)
    _stamp(commands)
    _gateway_keys(commands)
    return top


if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def _add(commands: "Commands", name: str, text: str, run: Run) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=say(text), description=say(text))
    made.set_defaults(run=run)
    return made


def _running(commands: "Commands") -> None:
    from jingui.cli import demo, doctor, running

    init = _add(commands, "init", N_("建立数据库、密钥和首批管理员"), running.init)
    init.add_argument("--administrators", metavar="FILE", help=say(N_("首批三名管理员的名单（TOML）")))
    serve = _add(commands, "serve", N_("运行系统：数据库、页面与接口、定时任务、存证"), running.serve)
    serve.add_argument("--workers", type=int, default=0, help=say(N_("网页进程数")))
    _add(commands, "worker", N_("只运行定时任务"), running.worker)
    _add(commands, "sequencer", N_("只运行存证排序"), running.sequencer)
    played = _add(commands, "demo", N_("运行演示医院"), demo.demo)
    played.add_argument("--reset", action="store_true", help=say(N_("先删除演示数据，重新建立")))
    checked = _add(commands, "doctor", N_("检查系统是否正常"), doctor.doctor)
    checked.add_argument("--json", action="store_true")


def _content(commands: "Commands") -> None:
    from jingui.cli import imports

    made = _add(commands, "import", N_("批量导入"), imports.chosen)
    made.add_argument("format", choices=sorted(imports.FORMATS))
    files = say(N_("fhir：一个目录；hl7：一个或多个报文文件；codes：一个编码表文件"))
    made.add_argument("folder", metavar="DIR|FILE", nargs="+", help=files)
    made.add_argument("--as", dest="username", default="", metavar="USERNAME", help=say(N_("以哪个账号的名义导入")))
    made.add_argument("--source", default="", help=say(N_("来源系统的名称；同一来源重复导入不产生重复记录")))
    table = say(N_("编码表的名称，例如 icd10（docs/templates.md）"))
    made.add_argument("--table", default="", metavar="NAME", help=table)
    made.add_argument("--department", default="", metavar="CODE", help=say(N_("就诊没有写明科室时归属的科室")))
    made.add_argument("--processes", type=int, default=0, help=say(N_("并行进程数（默认等于处理器数）")))
    made.add_argument("--report", default="", metavar="FILE", help=say(N_("把导入报告写入文件（JSON）")))


def _policy(commands: "Commands") -> None:
    from jingui.cli import policy

    made = _add(commands, "policy", N_("制度文本"), policy.imported)
    made.add_argument("action", choices=["import"])
    made.add_argument("file", metavar="FILE")
    made.add_argument("--json", action="store_true")
    where = _add(commands, "where", N_("某条款由哪些规则、操作和测试落实"), policy.where)
    where.add_argument("clause", metavar="CLAUSE")
    why = _add(commands, "why", N_("某项操作依据哪些规则"), policy.why)
    why.add_argument("operation", metavar="OPERATION")
    listed = _add(commands, "clauses", N_("列出各条款及其落实情况"), policy.listed)
    listed.add_argument("--json", action="store_true")


def _ledger(commands: "Commands") -> None:
    from jingui.cli import ledger

    verify = _add(commands, "verify", N_("核验整个存证台账"), ledger.verify)
    verify.add_argument("--json", action="store_true")
    export = _add(commands, "export", N_("导出"), ledger.export)
    export.add_argument("what", choices=["ledger"])
    export.add_argument("--out", default="-", metavar="FILE")
    export.add_argument("--as", dest="username", default="", metavar="USERNAME")
    token = _add(commands, "token", N_("签发接口访问令牌"), ledger.token)
    token.add_argument("action", choices=["issue"])
    token.add_argument("--for", dest="account", required=True, metavar="USERNAME")
    token.add_argument("--as", dest="username", required=True, metavar="USERNAME")
    token.add_argument("--scope", action="append", default=[], metavar="SCOPE")
    token.add_argument("--days", type=int, default=90)
    token.add_argument("--label", default="")
    bench = _add(commands, "bench", N_("测量速度"), ledger.bench)
    bench.add_argument("what", nargs="?", default="house", choices=["house", "deid", "extract"])
    bench.add_argument("--text", default="", metavar="DIR", help=say(N_("带标注文本所在目录（deid）")))
    bench.add_argument("--quick", action="store_true")
    bench.add_argument("--json", action="store_true")


def _station(commands: "Commands") -> None:
    from jingui.cli import station

    made = _add(commands, "station", N_("病区应急工作站：停机时查阅本病区的加密摘要"), station.chosen)
    made.add_argument("step", choices=["init", "token", "pull", "serve"])
    made.add_argument("--folder", default="", metavar="DIR", help=say(N_("工作站目录（默认 $JINGUI_STATION）")))
    made.add_argument("--code", default="", help=say(N_("工作站代码")))
    made.add_argument("--house", default="", metavar="URL", help=say(N_("系统地址，https://…")))
    made.add_argument("--suite", default="intl", choices=["intl", "gm"], help=say(N_("密码套件，与本院相同")))
    made.add_argument("--port", type=int, default=8731)
    made.add_argument("--no-passphrase", action="store_true", help=say(N_("密钥只靠文件权限保护")))


def _relay(commands: "Commands") -> None:
    from jingui.cli import relay

    made = _add(commands, "relay", N_("旧系统主机上的中继：本机明文接入，加密转送本院"), relay.chosen)
    made.add_argument("step", choices=["init", "serve", "status", "again"])
    made.add_argument("--folder", default="", metavar="DIR", help=say(N_("中继目录（默认 $JINGUI_RELAY）")))
    made.add_argument("--suite", default="intl", choices=["intl", "gm"], help=say(N_("密码套件，与本院相同")))


def _stamp(commands: "Commands") -> None:
    from jingui.cli import stamp

    made = _add(commands, "stamp", N_("电子印章的证书：查看、换发、导入购买的证书"), stamp.chosen)
    made.add_argument("step", nargs="?", default="show", choices=["show", "renew", "import"])
    made.add_argument("file", nargs="?", default="", metavar="FILE", help=say(N_("购买的证书文件（.pfx、.p12）")))
    made.add_argument("--matter", type=int, default=0, metavar="N", help=say(N_("批准更换的配置变更申请编号")))
    made.add_argument(
        "--as", dest="username", default="", metavar="USERNAME", help=say(N_("办理人的账号（系统管理员）"))
    )


def _gateway_keys(commands: "Commands") -> None:
    from jingui.cli import gateway_keys

    made = _add(commands, "gateway-keys", N_("传输网关的证书：查看、导出给合作机构、换发"), gateway_keys.chosen)
    made.add_argument("step", nargs="?", default="show", choices=["show", "export", "renew"])
    made.add_argument("--matter", type=int, default=0, metavar="N", help=say(N_("批准更换的配置变更申请编号")))
    made.add_argument(
        "--as", dest="username", default="", metavar="USERNAME", help=say(N_("办理人的账号（系统管理员）"))
    )


def _standby(commands: "Commands") -> None:
    from jingui.cli import standby

    made = _add(commands, "standby", N_("备机：允许、建立、要求同步、查看、接管、单机运行"), standby.chosen)
    made.add_argument("step", choices=["allow", "join", "require", "status", "promote", "alone"])
    made.add_argument("--tunnel", default="", metavar="DIR", help=say(N_("通向主机数据库套接字的隧道目录")))
    made.add_argument("--secret", default="", metavar="DIR", help=say(N_("从主机带来的口令目录")))
    made.add_argument("--yes", action="store_true", help=say(N_("不再询问")))


def _backup(commands: "Commands") -> None:
    from jingui.cli import backup

    made = _add(commands, "backup", N_("备份：立即备份、列出、逐字节核对、清除过期"), backup.chosen)
    made.add_argument("step", nargs="?", default="now", choices=["now", "list", "verify", "expire"])
    made.add_argument("--backup", default="", metavar="NAME", help=say(N_("哪一份备份（默认最近一份）")))
    made.add_argument("--all", action="store_true", help=say(N_("核对全部备份，而不只是最近一份")))
    made.add_argument("--json", action="store_true")
    back = _add(commands, "restore", N_("把整个系统恢复到一个空目录；恢复后处于锁定状态"), backup.restored)
    back.add_argument("--to", required=True, metavar="DIR")
    back.add_argument("--at", default="", metavar="TIME", help=say(N_("恢复到这一时刻（默认到日志归档的末尾）")))
    back.add_argument("--before-lsn", default="", metavar="LSN", help=say(N_("恢复到日志的这一位置之前")))
    back.add_argument("--backup", default="", metavar="NAME", help=say(N_("哪一份备份（默认最近一份）")))
    source = say(N_("备份位置（默认按 jingui.toml）；可重复"))
    back.add_argument("--from", dest="source", action="append", default=[], metavar="PLACE", help=source)
    tried = _add(commands, "restore-test", N_("恢复测试：真实恢复到临时数据库，比对并签署报告"), backup.tested)
    tried.add_argument("--backup", default="", metavar="NAME", help=say(N_("哪一份备份（默认最近一份）")))
    tried.add_argument("--at", default="", metavar="TIME", help=say(N_("恢复到这一时刻（默认到日志归档的末尾）")))
    tried.add_argument("--scratch", default="", metavar="DIR", help=say(N_("临时数据库放在哪个目录")))
    tried.add_argument("--report", default="", metavar="FILE", help=say(N_("把签名的报告写入文件")))
    ended = _add(commands, "recover", N_("两人解除锁定：各自输入密码和验证码"), backup.recover)
    ended.add_argument("--as", dest="username", required=True, metavar="USERNAME")
    ended.add_argument("--second", required=True, metavar="USERNAME")
    ended.add_argument("--reason", required=True, help=say(N_("查明的原因和处置")))
