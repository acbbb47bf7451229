"""二（二）录入规范 [2.2.3]: forms as a person fills them, whoever checks them"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text",
    "password",
    "code",
    "date",
    "datetime-local",
    "number",
    "tel",
    "email",
    "select",
    "textarea",
    "checkbox",
    "hidden",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a closed list; `typed` when its words are somebody's own, in a language nobody knows."""

    value: str
    label: str
    typed: bool = False


class Described:
    """A control that says its hint and its errors."""

    __slots__ = ()
    name: str
    hint: str
    errors: tuple[str, ...]

    @property
    def id(self) -> str:
        """The control's id, as Django names it."""
        return f"id_{self.name}"

    @property
    def described_by(self) -> str:
        """The ids of hint and error, for aria-describedby."""
        names = [f"{self.id}_hint"] * bool(self.hint) + [f"{self.id}_error"] * bool(self.errors)
        return " ".join(names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Described):
    """One question: label above, unit inside, errors beside. `value` is what was typed last, never lost."""

    name: str
    label: str
    kind: Kind = "text"
    value: str = ""
    hint: str = ""
    unit: str = ""
    errors: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    required: bool = True
    autocomplete: str = "off"
    inputmode: str = ""
    maxlength: int = 0
    autofocus: bool = False
    multiple: bool = False  # of a select: several values, with commas between

    @property
    def values(self) -> tuple[str, ...]:
        """What is chosen."""
        return tuple(self.value.split(",")) if self.multiple else (self.value,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that posts to `action` ("" is the page itself). `errors` belong to the whole."""

    fields: tuple[Field, ...]
    submit: str
    action: str = ""
    errors: tuple[str, ...] = ()

    @property
    def wrong(self) -> bool:
        """Whether anything must be mended."""
        return bool(self.errors) or any(field.errors for field in self.fields)
