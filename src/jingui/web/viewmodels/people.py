"""六（一）安全防护措施 [6.1.2] [1.3.4]: people, posts, the three administrators"""

from dataclasses import dataclass
from datetime import date, datetime

from jingui.core.words import Role, Standing, Strength, Verb
from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.parts import Column, EntryLine, Link, Pager, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person in the list. `licence` None where the role needs none, `standing` None where there is no account."""

    href: str
    name: str
    number: str
    posts: tuple[str, ...]
    standing: Standing | None
    licence: Tag | None = None
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """protect/people.html"""

    form: Form
    people: tuple[PersonRow, ...]
    columns: tuple[Column, ...] = ()
    pager: Pager | None = None
    actions: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """A post held: role, department, from, until; `granted_by` names who answers for it."""

    role: Role
    department: str
    since: date
    until: date | None = None
    granted_by: str = ""
    ended: bool = False
    end_action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """A sign-in account and how strong its last sign-in was."""

    user: str
    standing: Standing
    strength: Strength
    password_until: date | None = None
    factors: tuple[str, ...] = ()
    freeze_action: str = ""
    unfreeze_action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """protect/person.html"""

    id: str = ""
    name: str
    number: str
    title: str
    department: str
    posts: tuple[PostLine, ...]
    accounts: tuple[AccountLine, ...]
    history: tuple[EntryLine, ...]
    licence_number: str = ""
    licence_until: date | None = None
    licence_tag: Tag | None = None
    actions: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRow:
    """One operation and what each of the shown roles may do about it: "yes", "two" (a second person), "no"."""

    verb: Verb
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRow:
    """A role, what it is for, how many hold it now."""

    role: Role
    purpose: str
    holders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesPage:
    """protect/roles.html. `matrix` is computed from the rules, with `admins` as columns."""

    admins: tuple[Role, ...]
    matrix: tuple[DutyRow, ...]
    roles: tuple[RoleRow, ...]
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A bearer token; `revoke` is where its end is asked for, "" where that is nothing for this reader."""

    label: str
    holder: str
    href: str
    scopes: tuple[str, ...]
    expires: datetime
    state: Tag
    revoke: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensPage:
    """protect/tokens.html"""

    tokens: tuple[TokenRow, ...]
    actions: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """protect/form.html: registering a person, granting a post, and other forms of one column."""

    title: str
    lead: str
    form: Form
    crumb: Link
    rules: tuple[str, ...] = ()
