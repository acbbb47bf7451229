"""二（一）1 采集模板: what the pages of capture templates show [2.1.1]"""

from dataclasses import dataclass, replace
from datetime import datetime

from jingui.web.viewmodels.enter import Section
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.parts import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """A template in the list."""

    href: str
    title: str
    standard: str
    category: str
    writers: str
    items: int
    required: int
    version: str
    changed: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatesPage:
    """collect/templates.html"""

    rows: tuple[TemplateRow, ...]
    items: int
    elements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item with all that is known of it. `depth` 1 stands in a group."""

    link: str
    label: str
    element: str
    kind: str
    table: str
    table_title: str
    limits: str
    why: str
    purpose: str
    way: str
    necessity: Tag
    marks: tuple[Tag, ...]
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionRows:
    """A part of a template with its items."""

    title: str
    rows: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A published version of a template."""

    href: str
    n: int
    state: Tag
    effective: datetime
    entry: str
    matter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePage:
    """collect/template.html. `edit` "" for posts that may not ask for a change; `preview` the empty form."""

    title: str
    standard: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[SectionRows, ...]
    preview: tuple[Section, ...]
    versions: tuple[VersionRow, ...]
    edit: str
    shown: str  # which version, in words
    current: str  # where the one in force is, "" when it is this


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRow:
    """An existing item in the form of changes."""

    name: Field
    need: Field
    link: str
    why: str
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSection:
    """A part in the form of changes."""

    title: str
    rows: tuple[EditRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One line of what a change does."""

    kind: Tag
    label: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """The simulation in words."""

    sentence: str
    lines: tuple[Touch, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPage:
    """collect/template_edit.html. `touched` once it was simulated without fault: only then it may be handed in."""

    title: str
    back: str
    sections: tuple[EditSection, ...]
    added: tuple[tuple[Field, ...], ...]
    form: Form  # reason, and what is wrong with the whole
    touched: Touched | None

    @property
    def every(self) -> Form:
        """All that can be wrong, for the summary on top."""
        return replace(self.form, fields=(*self.form.fields, *(field for line in self.added for field in line)))
