import unittest

from pages.orders import row


class Escape(unittest.TestCase):
    def test_what_people_typed_is_text(self):
        html = row({"id": 7, "item": "<script>alert(1)</script>", "cents": 100, "count": 1})
        self.assertNotIn("<script>", html)
        self.assertIn("&lt;script&gt;", html)
