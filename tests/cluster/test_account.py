"""6.1: the server never runs as root and always as the account recorded."""

import os
import pwd

import pytest

from jingui.cluster.account import server_account
from jingui.core.errors import Misconfigured

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root chooses another account")


@root_only
def test_root_gets_an_account_without_rights() -> None:
    account = server_account()
    assert account.uid != 0
    assert account.dropping
    said = account.run(["id", "-u"]).text.strip(), account.run(["id", "-G"]).text.split()
    assert said == (str(account.uid), [str(account.gid)])


@root_only
@pytest.mark.parametrize("name", ["root", "no-such-account-here"])
def test_root_and_unknown_accounts_are_refused(name: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        server_account(wanted=name)
    assert caught.value.data["account"] == name


@root_only
def test_the_recorded_account_stays() -> None:
    assert server_account(recorded="nobody").name == "nobody"
    assert server_account(wanted="nobody", recorded="nobody").name == "nobody"
    with pytest.raises(Misconfigured):
        server_account(wanted="daemon", recorded="nobody")


def test_an_ordinary_user_is_itself_or_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = pwd.getpwnam("nobody")
    monkeypatch.setattr(os, "geteuid", lambda: entry.pw_uid)
    account = server_account()
    assert (account.name, account.uid, account.dropping) == ("nobody", entry.pw_uid, False)
    with pytest.raises(Misconfigured):
        server_account(recorded="daemon")


def test_a_number_without_an_account_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 3_999_999)
    with pytest.raises(Misconfigured) as caught:
        server_account()
    assert caught.value.data["uid"] == 3_999_999
