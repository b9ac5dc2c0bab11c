"""The page that lists orders."""


def row(order):
    """Return one order as a row of the table."""
    return f"<tr><td>{order['id']}</td><td>{order['item']}</td></tr>"


def page(orders):
    """Return the table of all orders."""
    return "<table>" + "".join(row(order) for order in orders) + "</table>"
