import unittest

from pages.orders import page


class Total(unittest.TestCase):
    def test_each_order_shows_its_total(self):
        html = page([{"id": 2, "item": "chair", "cents": 5900, "count": 4}])
        self.assertIn("<td>236.00</td>", html)

    def test_the_page_ends_with_the_sum(self):
        lamp = {"id": 1, "item": "lamp", "cents": 2990, "count": 1}
        pens = {"id": 2, "item": "pen", "cents": 105, "count": 2}
        self.assertIn("<td>32.00</td></tr></table>", page([lamp, pens]))
