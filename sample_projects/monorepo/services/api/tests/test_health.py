import unittest

from orders.router import answer


class Health(unittest.TestCase):
    def test_health(self):
        self.assertEqual(answer("/health"), (200, {"status": "ok"}))

    def test_unknown_paths_stay_unknown(self):
        self.assertEqual(answer("/healthy")[0], 404)
