"""A visitor's browser on the model of Engagement's identity rules: the page SDK's calls go in, payloads come out."""

from __future__ import annotations

from typing import Any

from trackaudit.profiles.model import Engagement

__all__ = ["Browser", "Engagement"]


class Browser:
    """The page SDK: it owns a cookie, and sends it with everything."""

    def __init__(self, engagement: Engagement, cookie: str = "c1") -> None:
        self.engagement = engagement
        self.cookie = cookie
        self.visits = 0

    def call(self, method: str, arguments: list[Any]) -> None:
        """One recorded call of the SDK."""
        given = [*arguments, None, None]
        if method == "identify":
            ids = given[0] if isinstance(given[0], dict) else {"registered": given[0]}
            self.engagement.send({"cookie": self.cookie, **(ids or {})}, given[1])
        elif method == "update":
            self.engagement.send({"cookie": self.cookie}, given[0])
        elif method == "track":
            self.engagement.send({"cookie": self.cookie}, given[1], str(given[0]))
        elif method == "anonymize":
            self.visits += 1
            self.cookie = f"{self.cookie}-{self.visits}"
