"""What people write: YAML and JSON files, read within limits, with the place of every word.

From the bytes up:

- `decoding`: bytes to text; `yaml_syntax`, `json_syntax`: text to nodes, by way of `builder`, which holds the
  limits and refuses what is ambiguous; `nodes`: values that know their place; `document`: the whole of it.
- `schema`: a document held against a pydantic model, with every fault named and placed (`complaints`,
  `near`); `values`: the kinds of value that people write, such as `5m`, `$2.50` or a folder.
- `hooks`: what plans and settings both hold.

Only rooms that read such files import this: it loads YAML, and `schema` loads pydantic.
"""

from tmtui.system.documents.document import Document, parse_document, read_document


__all__ = ["Document", "parse_document", "read_document"]
