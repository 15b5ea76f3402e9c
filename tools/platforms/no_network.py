"""Refuse every connection to another computer: a platform's Python imports this."""

import sys

HERE = ("127.0.0.1", "::1", "localhost", "", None)


def refuse(event, values):
    """Stop what asks for an address, or connects to one, elsewhere."""
    host = None
    if event == "socket.getaddrinfo":
        host = values[0]
    elif event == "socket.connect" and isinstance(values[1], tuple):
        host = values[1][0]
    if host not in HERE:
        raise PermissionError(f"this test has no network, so not {host}")


sys.addaudithook(refuse)
