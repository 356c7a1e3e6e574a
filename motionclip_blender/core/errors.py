"""The one exception for what a user can mend."""


class UserError(Exception):
    """Something the user can put right; the message is one clear sentence that says how.

    Operators report it, the command line prints it and exits with status 2. Any other exception is a bug.
    """
