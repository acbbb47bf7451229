"""`jingui`: the command line. Each command is a function that returns its exit status; errors become one clear line."""

import os
import signal
import sys
from collections.abc import Sequence

from jingui.cli.parser import parser
from jingui.cli.words import err, say, trouble, utf8
from jingui.core.errors import JinguiError
from jingui.core.word import N_

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: 0 when all is well, 1 when something was not done, 2 for wrong usage, 130 after Ctrl-C."""
    utf8()
    given = parser().parse_args(argv)
    if given.home:
        os.environ["JINGUI_HOME"] = given.home
    try:
        return int(given.run(given))
    except JinguiError as error:
        err(trouble(error))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # the reader (a pager, `head`) went away; nothing is wrong
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        sys.stderr.close()
        return 0
    except OSError as error:
        err(
            say(N_("系统不允许这样做：{reason}（{path}）。"), reason=error.strerror or "", path=error.filename or "")
            + say(N_("请检查路径、权限和磁盘空间。"))
        )
        return 1
    except Exception as error:
        if os.environ.get("JINGUI_TRACE"):
            raise
        text = N_("发生意外错误：{kind}。请设置 JINGUI_TRACE=1 重试，并将输出交给维护人员。")
        err(say(text, kind=type(error).__name__))
        return 1
