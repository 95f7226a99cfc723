"""The one way for a command to give up."""


class Stop(Exception):
    """Ends a command with one sentence on standard error: what is wrong and what to do.

    status: 1 the command could not do its work, 2 it was asked for something that does not exist.
    """

    def __init__(self, sentence: str, status: int = 1) -> None:
        super().__init__(sentence)
        self.status = status
