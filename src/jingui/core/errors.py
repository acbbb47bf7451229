"""一 总则: one error tree; each error carries data and the next step [1.3.1]

Nobody matches on message text. `message` and `next_step` are Chinese msgids; entrances translate them.
"""

from collections.abc import Mapping
from typing import ClassVar

from jingui.core.word import N_


class JinguiError(Exception):
    """Something was not done. `code` is stable; `data` never holds patient information."""

    code: ClassVar[str] = "error"
    status: int = 500
    message: str = N_("操作没有完成，没有任何内容被更改。")
    next_step: str = N_("请稍后再试；若仍不成功，请联系信息部门。")

    def __init__(self, message: str = "", next_step: str = "", **data: str | int | tuple[str, ...]) -> None:
        """Say what happened and what to do; empty texts keep the class's own."""
        self.message = message or type(self).message
        self.next_step = next_step or type(self).next_step
        self.data: Mapping[str, str | int | tuple[str, ...]] = data
        super().__init__(self.message)


GONE = "destroyed"  # the reason of a refusal about what was destroyed


class Refused(JinguiError):
    """The policy does not allow it. The refusal itself stands in the ledger as `entry`."""

    code = "refused"
    status = 403
    message = N_("制度不允许此项操作。")
    next_step = N_("如确有需要，请提出申请。")

    def __init__(
        self,
        message: str = "",
        next_step: str = "",
        *,
        clauses: tuple[str, ...] = (),
        rules: tuple[str, ...] = (),
        reason: str = "no_rule",
        matter: str = "",
        entry: str = "",
    ) -> None:
        """Name the clauses and rules it rests on, the stable reason, and the matter to start instead."""
        super().__init__(message, next_step, reason=reason, matter=matter, entry=entry)
        self.clauses, self.rules, self.reason, self.matter, self.entry = clauses, rules, reason, matter, entry
        if reason == GONE:  # a fact for everybody who asks, and for ever: 410
            self.status = Gone.status


class NotSignedIn(JinguiError):
    """No valid session or token."""

    code = "not_signed_in"
    status = 401
    message = N_("您尚未登录，或登录已失效。")
    next_step = N_("请重新登录。")


class NotFound(JinguiError):
    """No such thing, or none that this actor may learn of."""

    code = "not_found"
    status = 404
    message = N_("没有找到。")
    next_step = N_("请核对编号后再试。")


class Gone(JinguiError):
    """It was destroyed by a recorded destruction."""

    code = "gone"
    status = 410
    message = N_("该信息已按程序销毁。")
    next_step = N_("可查看销毁证明。")


class Invalid(JinguiError):
    """The input is wrong; nothing was changed. `places` says where: ((path, what), …)."""

    code = "invalid"
    status = 400
    message = N_("内容不符合要求，没有任何内容被更改。")
    next_step = N_("请按提示修改后重新提交。")

    def __init__(self, message: str = "", next_step: str = "", *, places: tuple[tuple[str, str], ...] = ()) -> None:
        """List each place and what is wrong there."""
        super().__init__(message, next_step)
        self.places = places


class Unprocessable(Invalid):
    """Well-formed, but against the type's rules or referring to what is not there."""

    code = "unprocessable"
    status = 422


class TooLarge(Invalid):
    """Larger than the door takes at once."""

    code = "too_large"
    status = 413
    message = N_("内容过大，没有任何内容被更改。")
    next_step = N_("请分批提交，或使用批量导入命令。")


class Conflict(JinguiError):
    """Somebody changed it first; nothing was overwritten."""

    code = "conflict"
    status = 409
    message = N_("内容已被他人更新，您的修改没有覆盖它。")
    next_step = N_("请查看最新版本后再提交。")


class PreconditionFailed(Conflict):
    """If-Match does not name the current version."""

    code = "precondition"
    status = 412


class Unavailable(JinguiError):
    """The store or the ledger cannot commit now; no byte leaves without its entry."""

    code = "unavailable"
    status = 503
    message = N_("存证台账或数据库暂时不可用，因此没有提供任何内容。")
    next_step = N_("请稍候片刻再试；紧急时使用病区应急摘要。")


class Lockdown(Unavailable):
    """The database does not agree with the newest outside checkpoint: only recovery runs."""

    code = "lockdown"
    message = N_("系统处于锁定状态：数据库与外部检查点不一致。")
    next_step = N_("请由两名负责人办理恢复事项。")


class Tampered(JinguiError):
    """Stored bytes are not what Jingui wrote. `where` names table and row."""

    code = "tampered"
    status = 500
    message = N_("存储的内容与写入时不一致，已拒绝使用。")
    next_step = N_("请立即通知安全管理员；其他患者的信息不受影响。")


class Misconfigured(JinguiError):
    """A setting, key or file is unknown, missing or wrong: the start is refused."""

    code = "misconfigured"
    message = N_("配置不正确，系统拒绝启动。")
    next_step = N_("请按提示修正后重新启动。")


class KeyTrouble(Misconfigured):
    """The key file is missing, wrong, half-written or readable by others. No new key is made over data."""

    code = "key_trouble"
    message = N_("密钥文件缺失、错误或权限过宽，系统拒绝启动，且不会生成新的密钥。")
    next_step = N_("请从托管副本恢复密钥文件。")
