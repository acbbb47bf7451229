"""六（一）安全防护: departments, people by their real names, posts, accounts and their credentials [6.1.2] [1.3.4]"""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from jingui.store.models.sealed import Sealed


class Department(models.Model):
    """科室: clinical, technical or office."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, default="")
    kind = models.CharField(max_length=16, default="clinical")
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "department"


class Person(Sealed):
    """人员: a real person (staff, contractor) or a named service. Licence and dates gate what they may do."""

    SEALED = ("id", "name", "staff_no", "kind", "active", "licence_no", "licence_until", "valid_from", "valid_until")

    name = models.CharField(max_length=80)
    staff_no = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=16, default="staff")
    title = models.CharField(max_length=40, default="")
    active = models.BooleanField(default=True)
    licence_no = models.CharField(max_length=40, default="")
    licence_scope = models.CharField(max_length=80, default="")
    licence_until = models.DateField(null=True)
    sponsor = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        db_table = "person"


class Post(Sealed):
    """岗位: a role in a department for a period; an ended post stays as history."""

    SEALED = ("id", "person_id", "department_id", "role", "state", "starts", "ends")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=32)
    state = models.CharField(max_length=16, default="active")
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)

    class Meta:
        db_table = "post"


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by user name; making them is the gate's work."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Return the account of `username` or raise DoesNotExist."""
        return self.get(username=username)


class Account(AbstractBaseUser, Sealed):
    """账号: one person's way in. `mac` covers standing, `password_mac` the hash and whose it is."""

    SEALED = ("id", "username", "person_id", "kind", "state", "generation")
    SEALED_PASSWORD = ("id", "password", "password_at", "generation")

    # No last_login: it would be a write outside the door; the ledger knows every sign-in.
    last_login = None  # Django's documented way to drop the inherited field

    username = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, default="person")
    state = models.CharField(max_length=16, default="active")
    generation = models.IntegerField(default=1)
    password_at = models.DateTimeField()
    password_mac = models.BinaryField()
    email = models.CharField(max_length=1, default="", blank=True)  # allauth asks for the column; always empty

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    class Meta:
        db_table = "account"

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django only reads it
        """Whether Django lets it sign in at all; the door decides the rest."""
        return self.state == "active"


class PasswordPast(models.Model):
    """Hashes of earlier passwords, so that none is used again too soon."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    password = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        db_table = "password_past"


class FactorSeal(Sealed):
    """MAC over a second factor (TOTP secret, passkey, recovery codes) kept by allauth in its own table."""

    SEALED = ("id", "account_id", "kind", "digest")

    id = models.BigIntegerField(primary_key=True)  # the authenticator's id
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    digest = models.BinaryField()

    class Meta:
        db_table = "factor_seal"


class Session(models.Model):
    """会话: the key's digest only, the contents encrypted under it: a copied row opens nothing."""

    digest = models.BinaryField(primary_key=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    contents = models.BinaryField()
    seen = models.DateTimeField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "session"


class Token(Sealed):
    """访问令牌: a bearer token's digest, its account, post and SMART scopes."""

    SEALED = ("id", "digest", "account_id", "post_id", "scopes", "expires", "revoked")

    digest = models.BinaryField(unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    scopes = ArrayField(models.CharField(max_length=80))
    label = models.CharField(max_length=80, default="")
    expires = models.DateTimeField()
    revoked = models.BooleanField(default=False)

    class Meta:
        db_table = "token"
