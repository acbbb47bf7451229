"""二（二）3 录入规范: where a form stands: a new document, or the correction of a record [2.2.3] [2.2.4]"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from jingui.core.capture import Template, TemplatesRequest, TemplatesState
from jingui.core.entering import OpenedForm, OpenForm
from jingui.core.errors import NotFound, NotSignedIn
from jingui.core.operation import Target
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import asking
from jingui.web.viewmodels.paths import to

KEPT: Final = 64  # templates that are remembered: they hold nothing of a patient and a version never changes
_templates: OrderedDict[tuple[str, int], Template] = OrderedDict()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which form: `record` is the public id of what is corrected, "" for a new document of `template`."""

    patient: str = ""
    template: str = ""
    record: str = ""

    @property
    def target(self) -> Target:
        """Whom and what it is about."""
        return door.locate(self.record or self.patient)

    def at(self, page: str, **query: object) -> str:
        """The address of one of the form's pages: write, save or check."""
        if self.record:
            names = {"write": "amend", "save": "amend_save", "check": "amend_check"}
            address = to(names[page], record=self.record)
        else:
            names = {"write": "form", "save": "form_save", "check": "form_check"}
            address = to(names[page], patient=self.patient, template=self.template)
        left = {name: value for name, value in query.items() if value}
        return f"{address}?{urlencode(left)}" if left else address

    @property
    def back(self) -> str:
        """Where one came from."""
        return to("record", record=self.record) if self.record else to("chart", patient=self.patient)


def opened(request: HttpRequest, place: Place, *, draft: str = "", visit: int = 0) -> OpenedForm:
    """The form as the door opens it; its entry becomes the page's strip."""
    asked = OpenForm(template="" if draft or place.record else place.template, encounter=visit, draft=draft)
    found: OpenedForm = asking.read(request, Verb.OPEN_FORM, asked, target=place.target).value
    if found.template is not None:
        remember(found.template)
    return found


def remember(template: Template) -> None:
    """Keep a version of a template for the saves that follow."""
    _templates[template.name, template.n] = template
    while len(_templates) > KEPT:
        _templates.popitem(last=False)


def template(request: HttpRequest, name: str, n: int) -> Template:
    """A template in one version; NotFound for none."""
    if (name, n) not in _templates:
        state: TemplatesState = asking.read(request, Verb.READ_TEMPLATES, TemplatesRequest(name=name, n=n)).value
        for one in state.templates:
            remember(one)
    found = _templates.get((name, n))
    if found is None:
        raise NotFound()
    return found


def who(request: HttpRequest) -> str:
    """Whose page it is, as its form carries it: says nothing, and nobody else's page has the same."""
    return salted_hmac("jingui.form", str(asking.actor(request).account)).hexdigest()[:24]


def same_person(request: HttpRequest) -> None:
    """Refuse to save what another person typed before the station changed hands."""
    if not constant_time_compare(request.POST.get("who", ""), who(request)):
        raise NotSignedIn(
            N_("这一页是另一位使用者打开的，没有保存。"), N_("请由原使用者登录后继续；其已保存的草稿在“我的草稿”中。")
        )


def number(text: str) -> int:
    """A number out of a form or an address; 0 for none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def key(given: Any) -> str:
    """A form's key as it may stand in an address; "" for anything else."""
    text = str(given or "")
    return text if 0 < len(text) <= 64 and text.isascii() and text.replace("-", "").isalnum() else ""
