"""三（二）3 配置指纹: every part of the configuration as items with digests: catalogue, rows, keys, host [3.2.3]

The catalogue is read as the runtime's own role sees it; passwords are seen by nobody. An item's text never leaves this
module: only digests are kept.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from jingui.crypto.suite import Suite
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw

SHORT: Final = 16  # bytes of an item's digest
# Each statement gives (item, text).
CATALOGUE: Final[Mapping[str, tuple[str, ...]]] = {
    "accounts": (
        """SELECT 'role ' || rolname, concat_ws(',', rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,
        rolreplication, rolbypassrls, rolconnlimit, rolvaliduntil) FROM pg_roles WHERE rolname !~ '^pg_'""",
        """SELECT 'member ' || r.rolname || ' of ' || g.rolname, concat_ws(',', m.admin_option)
        FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member JOIN pg_roles g ON g.oid = m.roleid
        WHERE r.rolname !~ '^pg_'""",
    ),
    "grants": (
        """SELECT 'relation ' || n.nspname || '.' || c.relname, concat_ws('|', r.rolname,
        (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(c.relacl) a), c.relrowsecurity)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
        WHERE n.nspname !~ '^(pg_|information_schema)' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')""",
        """SELECT 'column ' || n.nspname || '.' || c.relname || '.' || t.attname, t.attacl::text FROM pg_attribute t
        JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE t.attacl IS NOT NULL AND n.nspname !~ '^(pg_|information_schema)'""",
        """SELECT 'schema ' || nspname, concat_ws('|', nspowner::regrole, nspacl) FROM pg_namespace
        WHERE nspname !~ '^pg_'""",
        """SELECT 'database', concat_ws('|', datdba::regrole, datacl) FROM pg_database
        WHERE datname = current_database()""",
        "SELECT concat('default ', defaclobjtype, defaclrole::regrole), defaclacl::text FROM pg_default_acl",
        """SELECT 'policy ' || tablename || '.' || policyname, concat_ws('|', permissive, roles, cmd, qual, with_check)
        FROM pg_policies""",
    ),
    "triggers": (
        """SELECT 'trigger ' || c.relname || '.' || t.tgname, concat_ws('|', t.tgenabled, pg_get_triggerdef(t.oid))
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal""",
        """SELECT concat('function ', p.oid::regprocedure), concat_ws('|', p.proowner::regrole, p.prosecdef,
        p.proconfig, p.proacl, p.prosrc) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname !~ '^(pg_|information_schema)'""",
        "SELECT 'event ' || evtname, concat_ws('|', evtevent, evtenabled, evtfoid::regproc) FROM pg_event_trigger",
        "SELECT 'rule ' || tablename || '.' || rulename, definition FROM pg_rules WHERE schemaname !~ '^pg_'",
    ),
    "tables": (
        """SELECT 'table ' || c.relname, string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
        a.attnotnull, pg_get_expr(d.adbin, d.adrelid)), ',' ORDER BY a.attnum)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND a.attnum > 0
          AND NOT a.attisdropped GROUP BY c.relname""",
        """SELECT concat('constraint ', conrelid::regclass, '.', conname), concat_ws('|', pg_get_constraintdef(oid),
        convalidated) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0""",
        "SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT 'view ' || viewname, definition FROM pg_views WHERE schemaname = 'public'",
    ),
    "extensions": (
        "SELECT 'extension ' || extname, extversion FROM pg_extension",
        "SELECT 'foreign server ' || srvname, concat_ws('|', srvoptions) FROM pg_foreign_server",
        "SELECT 'publication ' || pubname, concat_ws('|', pubowner::regrole, puballtables) FROM pg_publication",
        "SELECT 'language ' || lanname, concat_ws('|', lanpltrusted) FROM pg_language",
    ),
    "server": (
        # what a session sets for itself is no configuration; times of starts are none either
        """SELECT 'setting ' || name, concat_ws('|', reset_val, pending_restart) FROM pg_settings
        WHERE source NOT IN ('default', 'client', 'session', 'override', 'interactive', 'test')
          AND name NOT IN ('application_name', 'port', 'unix_socket_directories')""",
        """SELECT 'role setting ' || coalesce(setrole::regrole::text, '') || ' ' || setdatabase::text,
        setconfig::text FROM pg_db_role_setting""",
        "SELECT 'version', version()",
    ),
    "settings": ("SELECT name, value FROM setting",),
    "policy": ("SELECT 'version ' || n::text, text_hash || rules_hash FROM policy_version",),
}


def taken(runtime: Runtime) -> dict[str, dict[str, str]]:
    """Part -> item -> digest, of everything that can be seen from here."""
    found = {
        name: items(runtime.suite, [row for sql in statements for row in raw(sql)])
        for name, statements in CATALOGUE.items()
    }
    found["keys"] = items(runtime.suite, keys(runtime))
    for name, seen in surroundings(runtime).items():
        found[name] = items(runtime.suite, list(seen.items()))
    return found


def keys(runtime: Runtime) -> list[tuple[str, str]]:
    """Public facts of the key files: generation, suite, copies that stand at this generation, how many there are."""
    ring = runtime.keyring
    missing = {str(one) for one in ring.shred.stale(ring.generation)}
    copies = [(f"copy {n}", str(str(one) not in missing)) for n, one in enumerate(ring.shred.copies, 1)]
    return [("generation", str(ring.generation)), ("suite", runtime.suite.name), ("check", ring.check_value()), *copies]


def surroundings(runtime: Runtime) -> Mapping[str, Mapping[str, str]]:
    """What the wiring knows of host and software; nothing in a process without it."""
    return runtime.surroundings() if runtime.surroundings is not None else {}


def items(suite: Suite, rows: Sequence[tuple[str | None, ...]]) -> dict[str, str]:
    """Each item's digest; items of the same name count together, in order."""
    texts: dict[str, list[str]] = {}
    for row in rows:
        texts.setdefault(str(row[0]), []).append("" if row[1] is None else str(row[1]))
    return {name: suite.digest("\0".join(sorted(said)).encode()).hex()[: 2 * SHORT] for name, said in texts.items()}
