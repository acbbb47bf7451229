"""三（二）2 病案室 [3.2.2]: the board, one case file, coding, deficiencies, rates, mapping tables, reports"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.parts import Link, Pager, PersonLine, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A stage of the line with its counts; choosing it filters the list."""

    label: str
    href: str
    files: int
    overdue: int
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A case file in the list."""

    href: str
    name: str
    number: str
    stage: Tag
    department: str
    attending: PersonLine
    discharged: datetime
    due: datetime | None
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """custody/board.html. `form` holds the filters as they were given."""

    columns: tuple[Column, ...]
    rows: tuple[FileRow, ...]
    form: Form
    pager: Pager
    orders: tuple[Link, ...]
    actions: tuple[Link, ...]
    clear: str = ""
    hidden: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeficiencyRow:
    """A deficiency in a list or on its case file's page."""

    href: str
    title: str
    points: str
    patient: str
    number: str
    author: PersonLine
    finder: PersonLine
    due: datetime
    state: Tag
    record_href: str = ""
    matter_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeficienciesPage:
    """custody/deficiencies.html"""

    rows: tuple[DeficiencyRow, ...]
    states: tuple[Link, ...]
    pager: Pager
    crumb: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One word about a deficiency."""

    what: str
    person: PersonLine
    at: datetime
    text: str
    record_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeficiencyPage:
    """custody/deficiency.html: what was said, and the forms that this reader may fill in."""

    row: DeficiencyRow
    rounds: tuple[Said, ...]
    crumb: Link
    answer: Form | None = None
    appeal: Form | None = None
    close: Form | None = None
    again: Form | None = None

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms that are there, for the sum of what is wrong."""
        return tuple(one for one in (self.answer, self.close, self.again, self.appeal) if one is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step of the line: done, the next one, or still to come."""

    label: str
    state: str  # done | now | later
    person: PersonLine | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step that was made."""

    label: str
    person: PersonLine
    at: datetime
    checks: tuple[str, ...]
    note: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRow:
    """A code of a version; `tag` says that its table did not know it, or what changed against the version before."""

    place: str
    code: str
    name: str
    condition: str
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the codes, with what differs from the one before."""

    n: int
    person: PersonLine
    at: datetime
    rows: tuple[CodeRow, ...]
    gone: tuple[str, ...]
    tables: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule of the front page that is not satisfied."""

    text: str
    tag: Tag
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRow:
    """A volume of the case file."""

    code: str
    medium: str
    n: int
    pages: int
    state: Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage:
    """custody/file.html"""

    title: str
    number: str
    chart: Link
    stage: Tag
    tags: tuple[Tag, ...]
    facts: tuple[tuple[str, str], ...]
    due: datetime | None
    line: tuple[Move, ...]
    steps: tuple[StepRow, ...]
    deficiencies: tuple[DeficiencyRow, ...]
    versions: tuple[Version, ...]
    volumes: tuple[VolumeRow, ...]
    findings: tuple[Finding, ...]
    front_href: str
    actions: tuple[Link, ...]
    next_label: str = ""
    moving: Form | None = None
    judging: Form | None = None
    sending: Form | None = None
    returning: Form | None = None
    blocked: str = ""
    whose: str = ""
    untold: int = 0  # versions of the codes that this reader does not see


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingPage:
    """custody/coding.html: one line for each code, the first diagnosis the main one."""

    title: str
    diagnoses: tuple[tuple[Field, Field], ...]
    operations: tuple[Field, ...]
    note: Field
    hidden: tuple[tuple[str, str], ...]
    form: Form
    tables: tuple[str, ...]
    starter: bool
    said: tuple[tuple[str, str], ...]  # what the front page says
    back: Link
    lookup_diagnosis: str = ""
    lookup_operation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """A department's rates in a month, with the way to its case files."""

    month: str
    name: str
    href: str
    discharged: int
    shares: tuple[tuple[str, int], ...]
    unfiled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plotted:
    """A line of the plot: its points, its last value in words."""

    label: str
    points: str
    dash: str
    dots: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesPage:
    """custody/rates.html"""

    rows: tuple[RateRow, ...]
    days: tuple[int, ...]
    stage: str
    lines: tuple[Plotted, ...]
    months: tuple[tuple[int, str], ...]
    periods: tuple[Link, ...]
    crumb: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingCard:
    """A report with its mapping in force."""

    title: str
    to: str
    href: str
    n: int
    fields: int
    person: PersonLine | None
    at: datetime | None
    source: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingsPage:
    """custody/mappings.html"""

    cards: tuple[MappingCard, ...]
    crumb: Link
    apply: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLine:
    """A field of a report and what fills it."""

    field: str
    text: str
    needed: bool
    source: str
    form: str
    codes: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingVersion:
    """A version and what it changed."""

    n: int
    state: Tag
    person: PersonLine | None
    at: datetime | None
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingPage:
    """custody/mapping.html"""

    title: str
    lines: tuple[MapLine, ...]
    forms: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    versions: tuple[MappingVersion, ...]
    form: Form
    basis: int
    editable: bool
    crumb: Link
    diff: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """A front page that did not leave."""

    number: str
    href: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPage:
    """custody/export.html: what would leave, what stays and why."""

    title: str
    matter_href: str
    held: tuple[HeldRow, ...]
    leaving: int
    total: int
    checked: bool
    crumb: Link
