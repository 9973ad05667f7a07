"""The proxy in Python, made fit for a class: it serves ten requests at once and gives each twenty seconds otherwise.

A page that waits for a server, or a correction in formgrader, holds a request for longer than that.
"""

from __future__ import annotations

from configurable_http_proxy.cli import main
from tornado.httpclient import AsyncHTTPClient

ENSEMBLE = 2000
DELAI_S = 3600.0
OCTETS_MAX = 512 * 1024 * 1024


def regler() -> None:
    """Bounds of the requests that the proxy makes to servers."""
    AsyncHTTPClient.configure(
        "tornado.simple_httpclient.SimpleAsyncHTTPClient",
        max_clients=ENSEMBLE,
        max_buffer_size=OCTETS_MAX,
        max_body_size=OCTETS_MAX,
        defaults={"request_timeout": DELAI_S, "connect_timeout": 30.0},
    )


if __name__ == "__main__":
    regler()
    main()
