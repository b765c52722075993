"""Who may be asked: hosts of the public web, and never what a post could reach from inside somebody's network.

A name is looked up once, and the very address that was found fit is connected to, so that a name which is led elsewhere
between two lookups gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Final

import msgspec

_NOBODY: Final = ("example.com", "example.net", "example.org")
_NO_NAMES: Final = frozenset(
    {"example", "test", "invalid", "localhost", "local", "internal", "lan", "home", "onion", "arpa"}
)
"""Ends of names that no host of the public web has (RFC 2606, RFC 6761, RFC 6762, RFC 7686, RFC 8375)."""
_METADATA: Final = frozenset({"168.63.129.16"})
"""Public by its number, and answered by a cloud's own machinery: Azure's."""
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")


class NoNameError(OSError):
    """There is no host of this name."""


class NotAskedError(Exception):
    """A host that is not to be asked; the message says why."""


def is_public_name(name: str) -> bool:
    """Tell whether a host's name may be one of the public web; a number is judged as an address."""
    try:
        return is_public_address(str(ipaddress.ip_address(name)))
    except ValueError:
        pass
    parts = name.rstrip(".").lower().split(".")
    whole = ".".join(parts)
    reserved = any(whole == one or whole.endswith(f".{one}") for one in _NOBODY)
    return len(parts) > 1 and parts[-1] not in _NO_NAMES and not reserved


def is_public_address(address: str) -> bool:
    """Tell whether an address is one of the public internet: not private, of this machine or link, or a cloud's own."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public_address(str(inner))
    return found.is_global and not found.is_multicast and str(found) not in _METADATA


def look_up(name: str, port: int) -> list[str]:
    """Return the addresses of a host. Raises NoNameError where there is none, OSError where nobody can tell."""
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}:
            raise NoNameError(f"there is no host '{name}'") from error
        raise
    except UnicodeError as error:
        raise NoNameError(f"'{name}' is no name of a host") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Reach(msgspec.Struct, frozen=True):
    """Whom one may ask. As it is, the public web; a test hands in another that knows its own servers."""

    name: Callable[[str], bool] = is_public_name
    address: Callable[[str], bool] = is_public_address
    look_up: Callable[[str, int], list[str]] = look_up

    def addresses(self, name: str, port: int) -> list[str]:
        """Return the addresses that a host may be asked at.

        Raises NotAskedError where none may be, NoNameError where there is no such host, OSError where nobody can tell.
        """
        if not self.name(name):
            raise NotAskedError(f"'{name}' is no host of the public web")
        fit = [address for address in self.look_up(name, port) if self.address(address)]
        if not fit:
            raise NotAskedError(f"'{name}' is a host of a private network")
        return fit


PUBLIC: Final = Reach()
