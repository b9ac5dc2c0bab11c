"""From a path and a query to a status and a body."""

from orders.store import ORDERS


def answer(path, query=None):
    """Return the status and the body for a GET of `path`."""
    if path == "/orders":
        return 200, {"orders": ORDERS}
    return 404, {"error": f"nothing is at {path}"}
