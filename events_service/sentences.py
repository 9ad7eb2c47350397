"""Sentences in English that a page says in its visitor's language: the words with named facts, kept apart.

A program reads them in English, whatever it was asked in; `web/words.py` translates them where a page shows them.
"""

QUOTED = "“%(title)s”"


class Sentence(str):
    """The English sentence, and what it was made of: `words` with named places, and the `facts` that stand in them."""

    words: str
    facts: dict[str, object]

    def __new__(cls, words: str, facts: dict[str, object]) -> "Sentence":
        """Fill the facts into the places."""
        made = super().__new__(cls, words % facts if facts else words)
        made.words, made.facts = words, facts
        return made


class Quoted(tuple[str, ...]):
    """Titles that somebody gave, each in quotation marks: “First”, “Later” in English."""

    __slots__ = ()

    def __str__(self) -> str:
        """In English quotation marks."""
        return self.said_with(QUOTED)

    def said_with(self, words: str) -> str:
        """In those of `words`, which is `QUOTED` in some language."""
        return ", ".join(words % {"title": one} for one in self)


class Grouped(int):
    """A large number: 32,767 in English."""

    def __str__(self) -> str:
        """With commas."""
        return f"{int(self):,}"


def sentence(words: str, **facts: object) -> Sentence:
    """A sentence with facts, such as `sentence("At most %(most)s people at once.", most=5)`.

    A fact that is a `StrEnum` is a word of ours and translated too; a number is written as the language writes it,
    and so are the marks around what is `Quoted`.
    """
    return Sentence(words, facts)
