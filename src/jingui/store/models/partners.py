"""五（一）（二）: partners, their certificates, agreements, channels, checks and apps [5.1.2] [5.1.3] [5.2.3]"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jingui.store.models.sealed import Sealed


class Partner(Sealed):
    """合作机构: who records may go to or come from, proven by its USCC; `account` acts for it when it sends to us."""

    SEALED = ("id", "uscc", "name", "kind", "account_id", "person_id", "state", "starts", "ended")

    uscc = models.CharField(max_length=18, unique=True)  # 统一社会信用代码
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=24)  # a row of core.partners.KINDS
    account_id = models.BigIntegerField(default=0)  # the interface account in whose name its deliveries are entered
    person_id = models.BigIntegerField()  # the hospital's own responsible person
    state = models.CharField(max_length=16, default="active")  # active | ended
    starts = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    payload = models.BinaryField()  # contact, telephone, address: encrypted

    class Meta:
        db_table = "partner"


class PartnerCertificate(Sealed):
    """机构证书: pinned or issued here; what it proves is its `use`, nothing else."""

    SEALED = ("id", "partner_id", "use", "fingerprint", "der", "issued", "starts", "ends", "revoked")

    partner_id = models.BigIntegerField()
    use = models.CharField(max_length=16)  # tls | sign | encrypt
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the DER, in hex
    der = models.BinaryField()
    issued = models.BooleanField(default=False)  # by this hospital's own authority; else brought and pinned
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    revoked = models.DateTimeField(null=True)

    class Meta:
        db_table = "partner_certificate"
        constraints = [
            models.UniqueConstraint(fields=["partner_id", "use", "fingerprint"], name="partner_certificate_once")
        ]
        indexes = [models.Index(fields=["fingerprint"], name="partner_certificate_print")]


class Agreement(Sealed):
    """合作与保密协议: for what, which views, how much, how hidden, until when; its end closes everything under it."""

    SEALED = (
        "id", "partner_id", "number", "purposes", "views", "payloads", "level", "profile", "inbound", "digest",
        "matter", "assessment", "starts", "ends", "ended", "returned",
    )  # fmt: skip

    partner_id = models.BigIntegerField()
    number = models.CharField(max_length=60, unique=True)
    purposes = ArrayField(models.CharField(max_length=32), default=list)  # rows of core.share.PURPOSES, outward
    views = ArrayField(models.CharField(max_length=32), default=list)  # rows of core.share.VIEWS, outward
    payloads = ArrayField(models.CharField(max_length=16), default=list)  # fhir | cda | hl7v2 | dicom
    level = models.CharField(max_length=16)  # the highest level of sensitivity that may leave
    profile = models.CharField(max_length=20, default="")  # a row of core.deidentify.PROFILES; "" = identified
    inbound = ArrayField(models.CharField(max_length=32), default=list)  # purposes for which it may send to us
    digest = models.BinaryField()  # of the signed paper
    matter = models.BigIntegerField()  # that approved it
    assessment = models.BigIntegerField(default=0)  # the impact assessment, when the kind of processing needs one
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    returned = models.BinaryField(null=True)  # digest of the proof that everything was returned or deleted
    payload = models.BinaryField()  # the paper, duties in words: encrypted

    class Meta:
        db_table = "agreement"
        indexes = [models.Index(fields=["partner_id"], name="agreement_partner")]


class ImpactAssessment(Sealed):
    """个人信息保护影响评估: what was assessed and found; kept three years at least (PIPL 55, 56); never changed."""

    SEALED = ("id", "subject", "kind", "conclusion", "risk", "matter", "digest", "at", "ends")

    subject = models.CharField(max_length=120)
    kind = models.CharField(max_length=32)  # a row of core.share.ASSESSED: the processing that needs one
    conclusion = models.CharField(max_length=16)  # go | go_with_measures | stop
    risk = models.CharField(max_length=16)  # low | middle | high
    matter = models.BigIntegerField()
    digest = models.BinaryField()
    at = models.DateTimeField()
    ends = models.DateTimeField()  # to be assessed again by then
    payload = models.BinaryField()  # the report, encrypted

    class Meta:
        db_table = "impact_assessment"


class Channel(Sealed):
    """传输通道: how and over which network; always TLS with verified peers. `code` is what people call it."""

    SEALED = (
        "id", "partner_id", "code", "kind", "network", "direction", "address", "options", "most", "seconds", "state",
        "paused", "paused_by", "matter",
    )  # fmt: skip

    partner_id = models.BigIntegerField()
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=16)  # a row of core.transmit.CHANNELS: https | fhir | mllp | dicom | sftp
    network = models.CharField(max_length=16)  # a row of core.transmit.NETWORKS: line | health | vpn | internet
    direction = models.CharField(max_length=8)  # out | in | both
    address = models.CharField(max_length=200)  # https://host:port, host:port
    options = models.CharField(max_length=400, default="")  # canonical JSON: AE titles, folder, host key …
    most = models.IntegerField()  # messages a minute
    seconds = models.IntegerField()  # a receipt's time limit
    state = models.CharField(max_length=16, default="open")  # open | paused | ended
    paused = models.DateTimeField(null=True)
    paused_by = models.BigIntegerField(default=0)  # the person: another one resumes it
    matter = models.BigIntegerField(default=0)

    class Meta:
        db_table = "channel"


class PartnerCheck(Sealed):
    """合作机构监督检查: inserted once: what was checked, found, asked for, and until when."""

    SEALED = ("id", "partner_id", "agreement_id", "verdict", "due", "person_id", "run_id", "at")

    partner_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField(default=0)
    verdict = models.CharField(max_length=16)  # pass | mend | stop
    due = models.DateField(null=True)  # to be mended by then
    person_id = models.BigIntegerField()
    run_id = models.BigIntegerField(default=0)  # the duty's run that this fulfils
    at = models.DateTimeField()
    payload = models.BinaryField()  # findings in words, encrypted

    class Meta:
        db_table = "partner_check"


class App(Sealed):
    """接入应用: a partner's app of SMART on FHIR; nobody registers itself, a matter does."""

    SEALED = (
        "id", "client", "name", "partner_id", "agreement_id", "confidential", "redirects", "scopes", "keys",
        "account_id", "matter", "starts", "ends", "ended",
    )  # fmt: skip

    client = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    partner_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()  # it rests on: with its end the app opens nothing
    confidential = models.BooleanField()  # proves itself by a signed JWT; else PKCE alone
    redirects = ArrayField(models.CharField(max_length=300), default=list)
    scopes = ArrayField(models.CharField(max_length=120), default=list)  # the most it may ask for
    keys = models.TextField(default="")  # its public keys, a JWK set
    account_id = models.BigIntegerField(default=0)  # the interface account of `system/` scopes
    matter = models.BigIntegerField()
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    ended = models.DateTimeField(null=True)

    class Meta:
        db_table = "app"


class AppGrant(Sealed):
    """应用授权: an authorisation code, then a token, of a person or patient for an app; secrets as digests alone."""

    SEALED = (
        "id", "app_id", "family", "account_id", "post_id", "patient_id", "scopes", "redirect", "challenge", "made",
        "code", "access", "refresh", "code_ends", "access_ends", "refresh_ends", "used", "refreshed", "revoked",
    )  # fmt: skip

    app_id = models.BigIntegerField()
    family = models.BigIntegerField()  # the first grant of this authorisation: a refreshed one is a row of its own
    account_id = models.BigIntegerField()
    post_id = models.BigIntegerField(default=0)
    patient_id = models.BigIntegerField(default=0)  # launch context; 0 = none
    scopes = ArrayField(models.CharField(max_length=120), default=list)
    redirect = models.CharField(max_length=300, default="")
    challenge = models.CharField(max_length=64, default="")
    made = models.DateTimeField()
    code = models.BinaryField(null=True, unique=True)
    access = models.BinaryField(null=True, unique=True)
    refresh = models.BinaryField(null=True, unique=True)
    code_ends = models.DateTimeField(null=True)
    access_ends = models.DateTimeField(null=True)
    refresh_ends = models.DateTimeField(null=True)
    used = models.DateTimeField(null=True)  # when the code was exchanged: a second time revokes all
    refreshed = models.DateTimeField(null=True)  # when the refresh token was: a second time revokes all
    revoked = models.DateTimeField(null=True)

    class Meta:
        db_table = "app_grant"
        indexes = [
            models.Index(fields=["app_id"], name="app_grant_app"),
            models.Index(fields=["family"], name="app_grant_family"),
            models.Index(fields=["account_id"], name="app_grant_account"),
        ]


class AppAssertion(models.Model):
    """客户端断言: the `jti` of each signed JWT that was taken, so that none is taken twice."""

    app_id = models.BigIntegerField()
    jti = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "app_assertion"
        constraints = [models.UniqueConstraint(fields=["app_id", "jti"], name="app_assertion_once")]
