"""The rates that the README shows load, and mean what it says of them."""

from decimal import Decimal

from tests.readme.key_table import README
from tmtui.config.load import combine
from tmtui.system.documents import parse_document


def test_its_rates_load() -> None:
    section = README.read_text(encoding="utf-8").split("## Money")[1].split("\n## ")[0]
    text = "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))
    settings, problems = combine([parse_document(text.encode(), "README.md")], {}, {})
    assert problems == []
    assert set(settings.rates) == {"my-model", "other", "big", "*"}
    left_out = settings.rates["big"][0].prices
    assert left_out.cache_read == left_out.input
    assert left_out.cache_write == Decimal("1.25") * left_out.input
    assert left_out.cache_write_1h == 2 * left_out.input
