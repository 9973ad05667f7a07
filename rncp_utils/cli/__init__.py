"""The ``rncp`` command: it parses, calls the library and prints."""

from rncp_utils.cli.principal import main

__all__ = ["main"]
