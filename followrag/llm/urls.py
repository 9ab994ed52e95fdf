"""The addresses of servers: completed, and without what may be secret."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from followrag.errors import InputError

_CHAT = "/chat/completions"


def chat_url(base_url: str) -> str:
    """Complete a base URL to that of its chat completions; one that is stays.

    Args:
        base_url: `http://host`, `http://host/v1` or another path; a query stays behind it.

    Raises:
        InputError: It is no URL.
    """
    try:
        parts = urlsplit(base_url)
    except ValueError as error:
        raise InputError(f"{bare_url(base_url)}: is no URL ({error})") from error
    path = parts.path.rstrip("/") or "/v1"
    return parts._replace(path=path if path.endswith(_CHAT) else path + _CHAT).geturl()


def url_secrets(url: str) -> list[str]:
    """List what may be secret in a URL, in the forms in which a server may repeat it."""
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    values = [value for _, value in parse_qsl(parts.query)]
    found = [parts.query, *values, user, unquote(user), *map(quote, values)]
    if user:
        found += [parts.password or "", b64encode(unquote(user).encode()).decode()]
    return [text for text in found if text]


def bare_url(text: str) -> str:
    """Take user, password, query and fragment off a URL; other texts stay as they are."""
    if "://" not in text:
        return text
    try:
        parts = urlsplit(text)
    except ValueError:  # a bracket that doesn't close
        return text.rpartition("@")[2].partition("?")[0]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
