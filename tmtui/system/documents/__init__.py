"""What people write: YAML and JSON files, read within limits, with the place of every word.

From the bytes up:

- `decoding`: bytes to text; `yaml_syntax`, `json_syntax`: text to nodes, by way of `builder`, which holds the
  limits and refuses what is ambiguous; `nodes`: values that know their place; `document`: the whole of it.
- `written`: the shape of a document, declared without pydantic; `values`: the kinds of value that people write,
  such as `5m`, `$2.50` or a folder.
- `schema`: a document held against its shape, with every fault named and placed (`complaints`, `near`): by a few
  functions of our own where all is plainly right (`quick`), and by pydantic where it is not (`judged`).
- `hooks`: what plans and settings both hold.

Only rooms that read such files import this: it loads YAML, and `judged` loads pydantic.
"""

from tmtui.system.documents.document import Document, parse_document, read_document


__all__ = ["Document", "parse_document", "read_document"]
