"""The acts of every operation; importing this package registers them."""

from jingui.gate.acts import access, bylaws, protect

__all__ = ["access", "bylaws", "protect"]
