"""二（二）录入规范 [2.2.3]: forms as a person fills them, whoever checks them"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

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
    """One value of a closed list."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
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


_KINDS: Mapping[str, Kind] = {
    "PasswordInput": "password",
    "Textarea": "textarea",
    "Select": "select",
    "CheckboxInput": "checkbox",
    "HiddenInput": "hidden",
    "NumberInput": "number",
    "EmailInput": "email",
    "DateInput": "date",
}


def from_django(form: Any, *, submit: str, action: str = "", **changes: Mapping[str, Any]) -> Form:
    """Our form out of a Django one (allauth's, for example); `changes` maps a field's name to what differs.

    Passwords and codes are never echoed back.
    """
    return Form(
        fields=tuple(_field(bound, changes.get(bound.name, {})) for bound in form),
        submit=submit,
        action=action,
        errors=tuple(str(error) for error in form.non_field_errors()),
    )


def _field(bound: Any, changes: Mapping[str, Any]) -> Field:
    kind = _KINDS.get(type(bound.field.widget).__name__, "text")
    given: Iterable[Any] = getattr(bound.field, "choices", ()) if kind == "select" else ()
    facts: dict[str, Any] = {
        "name": bound.html_name,
        "label": str(bound.label),
        "kind": kind,
        "value": "" if kind == "password" or bound.value() is None else str(bound.value()),
        "hint": str(bound.help_text),
        "errors": tuple(str(error) for error in bound.errors),
        "choices": tuple(Choice(value=str(value), label=str(label)) for value, label in given),
        "required": bound.field.required,
    }
    facts.update(changes)
    if facts["kind"] == "code":
        facts["value"] = ""
    return Field(**facts)
