"""The orders service: requests in, answers out, no network in between."""
