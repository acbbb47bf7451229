"""The acts of every operation; importing this package registers them."""

from jingui.gate.acts import access, accounts, bylaws, charts, custody, oversee, people, protect

__all__ = ["access", "accounts", "bylaws", "charts", "custody", "oversee", "people", "protect"]
