"""The one exception for what a user can mend."""


class UserError(Exception):
    """Something the user can put right; the message is one clear sentence that says how.

    Operators report it, the command line prints it and exits with status 2. Any other exception is a bug.
    """


class ExpressionError(UserError):
    """What is wrong with an expression, and where. at: the character, 1 the first. sentence: without the place."""

    def __init__(self, at: int, sentence: str) -> None:
        super().__init__(f"At character {at}: {sentence}")
        self.at, self.sentence = at, sentence
