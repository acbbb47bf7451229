"""二（二）3 录入规范: forms as a person fills them: read once, judged field by field, nothing typed is lost [2.2.3]"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jingui.core.errors import Conflict, Invalid
from jingui.web.viewmodels.form import Choice, Field, Form


class Filled:
    """One form: its questions, what was typed, what is wrong. Ask every question before `right` is asked."""

    def __init__(self, posted: Mapping[str, str], *, sent: bool) -> None:
        """Read from `posted`; without `sent` the form is fresh and nothing is wrong with it yet."""
        self._posted, self.sent = posted, sent
        self._fields: list[Field] = []
        self._errors: list[str] = []

    def text(
        self, name: str, label: str, *, default: str = "", longest: int = 80, required: bool = True, **more: Any
    ) -> str:
        """A line of text, its spaces made single."""
        value = " ".join(self._posted.get(name, default).split())
        wrong = _("请填写。") if required and not value else _("过长。") if len(value) > longest else ""
        self._keep(name, label, value, wrong, required=required, maxlength=longest, **more)
        return value

    def day(
        self, name: str, label: str, *, default: date | None = None, required: bool = True, **more: Any
    ) -> date | None:
        """A calendar day."""
        typed = self._posted.get(name, default.isoformat() if default else "").strip()
        value, wrong = None, _("请填写。") if required and not typed else ""
        if typed:
            try:
                value = date.fromisoformat(typed)
            except ValueError:
                wrong = _("请写成 2026-11-22 这样的日期。")
        self._keep(name, label, typed, wrong, required=required, kind="date", **more)
        return value

    def choice(
        self, name: str, label: str, offered: tuple[tuple[str, str], ...], *, default: str = "", required: bool = True,
        typed: bool = False, **more: Any,
    ) -> str:  # fmt: skip
        """One of a closed list; `typed` when its words are names that people gave."""
        value = self._posted.get(name, default)
        known = any(value == one for one, _label in offered)
        wrong = _("请选择。") if required and not value else "" if known or not value else _("没有这一项。")
        choices = tuple(Choice(value=one, label=text, typed=typed and bool(one)) for one, text in offered)
        self._keep(name, label, value, wrong, required=required, kind="select", choices=choices, **more)
        return value if known else ""

    def several(self, name: str, label: str, offered: tuple[tuple[str, str], ...], **more: Any) -> tuple[str, ...]:
        """Any of a closed list, none too; several values of one name, or one with commas between (from a link)."""
        listed = getattr(self._posted, "getlist", lambda one: [self._posted.get(one, "")])(name)
        found = tuple(dict.fromkeys(part.strip() for one in listed for part in one.split(",") if part.strip()))
        known = {one for one, _label in offered}
        wrong = "" if known.issuperset(found) else _("没有这一项。")
        choices = tuple(Choice(value=one, label=text) for one, text in offered)
        more |= {"required": False, "kind": "select", "choices": choices, "multiple": True}
        self._keep(name, label, ",".join(found), wrong, **more)
        return tuple(one for one in found if one in known)

    def add(self, field: Field) -> None:
        """Add a field that nobody fills."""
        self._fields.append(field)

    def become(self, name: str, **more: Any) -> None:
        """Change how a field is asked: one of several lines keeps the lines that were typed."""
        self._fields = [replace(field, **more) if field.name == name else field for field in self._fields]

    def wrong(self, name: str, text: str) -> None:
        """Say what is wrong with a field; with the whole form if there is no such field."""
        for at, field in enumerate(self._fields):
            if field.name == name:
                self._fields[at] = replace(field, errors=(*field.errors, text))
                return
        self._errors.append(text)

    def refused(self, error: Invalid | Conflict) -> None:
        """Take over what the door found wrong."""
        places = error.places if isinstance(error, Invalid) else ()
        for where, what in places:
            self.wrong(where, _(what))
        if not places:
            self._errors.append(f"{_(error.message)} {_(error.next_step)}".strip())

    @property
    def right(self) -> bool:
        """Whether it was sent and nothing is wrong."""
        return self.sent and not self._errors and not any(field.errors for field in self._fields)

    def form(self, submit: str, action: str = "") -> Form:
        """The form as it stands."""
        return Form(fields=tuple(self._fields), submit=submit, action=action, errors=tuple(self._errors))

    def _keep(self, name: str, label: str, value: str, wrong: str, **more: Any) -> None:
        errors = (wrong,) if wrong and self.sent else ()
        if not self._fields and not self.sent:
            more.setdefault("autofocus", True)
        self._fields.append(Field(name=name, label=label, value=value, errors=errors, **more))


def begins(day: date) -> datetime:
    """The first moment of a day in the hospital's zone."""
    return timezone.make_aware(datetime.combine(day, time.min))
