"""Which language files are written in, by the endings of their names."""

from collections import Counter
from collections.abc import Iterable
from typing import Final


LANGUAGES: Final = {
    "c": "C",
    "h": "C",
    "cc": "C++",
    "cpp": "C++",
    "cxx": "C++",
    "hpp": "C++",
    "cs": "C#",
    "clj": "Clojure",
    "dart": "Dart",
    "ex": "Elixir",
    "exs": "Elixir",
    "erl": "Erlang",
    "go": "Go",
    "hs": "Haskell",
    "java": "Java",
    "js": "JavaScript",
    "jsx": "JavaScript",
    "mjs": "JavaScript",
    "cjs": "JavaScript",
    "jl": "Julia",
    "kt": "Kotlin",
    "kts": "Kotlin",
    "lua": "Lua",
    "ml": "OCaml",
    "php": "PHP",
    "pl": "Perl",
    "py": "Python",
    "pyi": "Python",
    "r": "R",
    "rb": "Ruby",
    "rs": "Rust",
    "scala": "Scala",
    "sh": "Shell",
    "bash": "Shell",
    "sql": "SQL",
    "swift": "Swift",
    "ts": "TypeScript",
    "tsx": "TypeScript",
    "vue": "Vue",
    "zig": "Zig",
}


def main_language(paths: Iterable[str]) -> str:
    """The language of most of the files; empty when none of them is code that is known."""
    endings = (path.rpartition("/")[2].rpartition(".")[2].lower() for path in paths)
    counts = Counter(LANGUAGES[ending] for ending in endings if ending in LANGUAGES)
    return counts.most_common(1)[0][0] if counts else ""
