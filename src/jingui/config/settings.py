"""Django's settings. Values come from the installation's home and keyring, never from this file."""

import os
import secrets
from pathlib import Path

from jingui.config import plugs
from jingui.config.home import home
from jingui.core.signing import LIMITS

HERE = Path(__file__).resolve().parent.parent
DEBUG = False
# Without keys (makemigrations, linting) sessions cannot exist, so a throw-away secret is right.
SECRET_KEY = plugs.django_secret() or secrets.token_urlsafe(48)
ALLOWED_HOSTS = [*filter(None, os.environ.get("JINGUI_HOSTS", "").split(",")), "localhost", "127.0.0.1", "[::1]"]
INSTALLED_APPS = [
    "jingui.store.apps.StoreConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "jingui.web.middleware.NoStore",
    "jingui.web.middleware.Number",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "jingui.web.middleware.ActorMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "jingui.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "jingui.web.context.page",
            ],
            "libraries": {
                name: f"jingui.web.templatetags.{name}" for name in ("drawings", "numbers", "times", "words")
            },
        },
    }
]
DATABASES = {"default": plugs.django_database()}
AUTH_USER_MODEL = "jingui.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "jingui.web.accounts.DoorBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "jingui.web.passwords.HospitalRules"}]
SESSION_ENGINE = "jingui.store.sessions"
SESSION_COOKIE_NAME = "jingui_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = os.environ.get("JINGUI_TLS", "") == "1"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "jingui.web.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [HERE / "locale"]
LANGUAGE_COOKIE_NAME = "jingui_language"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "web" / "static"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
# Papers that people bring are never spooled to disk in the clear; what is larger is not taken.
FILE_UPLOAD_MAX_MEMORY_SIZE = 32_000_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "jingui.web.accounts.DoorAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_RATE_LIMITS = False  # the lock-out is ours, entered in the ledger (axes, settings table)
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "jingui.web.factors.DoorFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_TOTP_ISSUER = home().institution
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # loopback demo over http; TLS sites have secure origins anyway
AXES_HANDLER = "jingui.web.lockout.DoorHandler"
AXES_LOCKOUT_CALLABLE = "jingui.web.lockout.locked_out"
AXES_FAILURE_LIMIT = LIMITS.tries
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_COOLOFF_TIME = LIMITS.lock
AXES_ENABLE_ADMIN = False
DATABASE_CONNECT_TIMEOUT = 3
# What the frame of the pages says of this house; the demonstration's published sign-ins exist only in a demo home.
JINGUI_INSTITUTION, JINGUI_INSTITUTION_EN = home().institution, home().institution_en
JINGUI_DEMO = home().demo
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"quiet": {"()": "jingui.config.logs.NoContent"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "filters": ["quiet"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
