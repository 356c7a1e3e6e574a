"""Defines the exceptions for errors that the user can correct."""


class UserError(Exception):
    """An error that the user can correct; the message is one clear sentence that says how.

    Operators report it; the command line prints it and exits with status 2. Any other exception is a bug.
    """


class ExpressionError(UserError):
    """An error in a typed expression. at: the character, counted from 1. sentence: the message without the place, as
    a sentence of its own."""

    def __init__(self, at: int, sentence: str) -> None:
        super().__init__(f"At character {at}: {sentence}")
        self.at, self.sentence = at, sentence[:1].upper() + sentence[1:]
