"""Where a load test may go: to this machine and nowhere else."""

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit


class NotLoopback(ValueError):
    """The URL is not one of a service on this machine.

    Attributes:
        url: As given.
        reason: What is wrong with it.
    """

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason)
        self.url = url
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"{self.url!r} {self.reason}; a load test goes to this machine alone, such as "
            "http://127.0.0.1:8000"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A port of this machine.

    Attributes:
        host: A loopback address, as a number.
        port: From 1 to 65535.
    """

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address as a URL without a path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def loopback(url: str) -> Address:
    """Read the URL of a service, and make sure that it is on this machine.

    No name is looked up but `localhost`.

    Raises:
        NotLoopback: it is somewhere else, or no URL without a path.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 80
    except ValueError:
        raise NotLoopback(url, "is no URL") from None
    if parts.scheme != "http" or parts.path not in {"", "/"} or parts.query or parts.username:
        raise NotLoopback(url, "is not of the form http://HOST:PORT")
    host = parts.hostname or ""
    if host == "localhost":
        host = _first_of_localhost(port)
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise NotLoopback(url, "is not a loopback address")
    return Address(host=host, port=port)


def _first_of_localhost(port: int) -> str:
    # IPv4 first, as `modulo serve` binds 127.0.0.1 unless told otherwise.
    found = socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM)
    hosts = sorted((str(each[4][0]) for each in found), key=lambda host: ":" in host)
    return hosts[0]


def free_port() -> int:
    """Find a port of this machine that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        port: int = opened.getsockname()[1]
        return port
