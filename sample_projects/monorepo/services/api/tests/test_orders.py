import unittest

from orders.router import answer


class Orders(unittest.TestCase):
    def ids(self, query):
        status, body = answer("/orders", query)
        self.assertEqual(status, 200)
        return [order["id"] for order in body["orders"]]

    def test_all_orders_without_a_query(self):
        self.assertEqual(self.ids(None), [1, 2, 3])

    def test_orders_of_one_status(self):
        self.assertEqual(self.ids({"status": "open"}), [1, 3])

    def test_an_unknown_status_is_refused(self):
        refusal = {"error": "no such status: lost"}
        self.assertEqual(answer("/orders", {"status": "lost"}), (400, refusal))
