"""A row of a broker's document that stands for itself: one that cannot be understood stops no other."""


class NotUnderstood(Exception):
    """A row that cannot be understood; the text says why.

    why: a text of the table in its broker's `sentences`, with a place for `value` where it has one.
    """

    def __init__(self, why: str, value: str = "") -> None:
        super().__init__(why % {"value": value})
        self.why = why
        self.value = value
