"""More made-up view models for the preview."""
from typing import Any
def pages(t: Any) -> dict[str, tuple[str, Any]]:
    return {}
