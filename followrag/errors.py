"""Every error that followrag raises on purpose, in one flat vocabulary.

An error's text names the file, row or item, says what is wrong and what to do. The command line
prints it and ends with exit code 2; a row that can't be checked is not an exception but an error
verdict (see `followrag.verifiers.Verdict`).
"""


class FollowragError(Exception):
    """Base of all errors raised on purpose."""


class InputError(FollowragError):
    """Input that can't be used at all: a missing file, a broken format, no usable row."""


class OutputError(FollowragError):
    """A result that can't be written."""


class ServerError(FollowragError):
    """Nothing more can be had from a model's server; what it answered before is kept."""


class UnknownConstraintError(FollowragError):
    """A constraint id that is not registered."""


class ParameterError(FollowragError):
    """Constraint parameters that are missing, unknown or of the wrong type."""


class PatternError(FollowragError):
    """A regular expression from the data that doesn't compile or doesn't end in time."""
