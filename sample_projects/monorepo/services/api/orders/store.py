"""The orders, in memory."""

ORDERS = [
    {"id": 1, "status": "open", "item": "lamp", "cents": 2990, "count": 1},
    {"id": 2, "status": "shipped", "item": "chair", "cents": 5900, "count": 4},
    {"id": 3, "status": "open", "item": "desk", "cents": 18900, "count": 1},
]
