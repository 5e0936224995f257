"""What a person may be told when the answer is no."""


class Refused(Exception):  # noqa: N818  (the word of the house: it is an answer, not a fault)
    """A request that the rules refuse. The message is a whole sentence for the person who asked.

    `code` is stable and for programs; the message may be translated or reworded.
    """

    def __init__(self, message: str, *, code: str = "refused") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
