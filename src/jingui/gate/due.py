"""六（一）2 账号管理: what has come to its end and must be closed by the system itself [6.1.2]

Only numbers are listed; closing is an operation at the door like any other.
"""

from datetime import datetime

from jingui.gate.sql import raw

POSTS_SQL = "SELECT id FROM post WHERE state = 'active' AND ends IS NOT NULL AND ends <= $1 ORDER BY ends LIMIT 500"
TOKENS_SQL = "SELECT id FROM token WHERE NOT revoked AND expires <= $1 ORDER BY expires LIMIT 500"


def posts(at: datetime) -> list[int]:
    """Posts that are over and still stand as active."""
    return [row[0] for row in raw(POSTS_SQL, at)]


def tokens(at: datetime) -> list[int]:
    """Tokens that have expired and are not revoked yet."""
    return [row[0] for row in raw(TOKENS_SQL, at)]
