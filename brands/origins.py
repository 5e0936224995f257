"""The pages that may embed a brand's widget, as exact origins: what a browser sends, letter for letter."""

import re
from urllib.parse import urlsplit

from marketplace.refusals import Refused

HERE = ("localhost", "127.0.0.1", "[::1]")
DEFAULT_PORTS = {"https": 443, "http": 80}
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
MOST = 50


def checked(given: list[str], *, ours: tuple[str, ...] = ()) -> list[str]:
    """Each once, in the order given. `ours` are always right. Raises Refused at the first that is no exact origin."""
    exact = list(dict.fromkeys(origin.strip() for origin in given if origin.strip()))
    if len(exact) > MOST:
        raise Refused(f"A brand has {MOST} origins at most.", code="too_many_origins")
    for origin in exact:
        if origin not in ours:
            _demand_exact(origin)
    return exact


def _demand_exact(origin: str) -> None:
    scheme, host, port = _parts(origin)
    if origin != f"{scheme}://{host}{f':{port}' if port else ''}" or port == DEFAULT_PORTS[scheme]:
        raise Refused(
            f"{origin} is no exact origin: write https:// and the host in small letters, without a path or a slash at"
            " the end, for example https://shop.example.",
            code="bad_origin",
        )
    if scheme == "http" and host not in HERE:
        raise Refused(f"{origin} is not encrypted: only https pages may hold the chat.", code="insecure_origin")


def _parts(origin: str) -> tuple[str, str, int | None]:
    """Scheme, host and port, so far as they are ones a browser would send."""
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in DEFAULT_PORTS or not (host in HERE or HOST.fullmatch(host)):
        raise Refused(f"{origin} is no origin: write for example https://shop.example.", code="bad_origin")
    return parts.scheme, host, port
