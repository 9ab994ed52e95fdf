"""The addresses of servers: completed, and without what may be secret."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

_CHAT = "/chat/completions"


def chat_url(base_url: str) -> str:
    """Complete a base URL to that of its chat completions; one that is stays.

    Args:
        base_url: `http://host`, `http://host/v1` or another path; a query stays behind it.
    """
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/") or "/v1"
    return parts._replace(path=path if path.endswith(_CHAT) else path + _CHAT).geturl()


def bare_url(text: str) -> str:
    """Take user, password, query and fragment off a URL; other texts stay as they are."""
    if "://" not in text:
        return text
    parts = urlsplit(text)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
