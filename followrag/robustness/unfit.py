"""Items of which a robustness set can't be made."""


class UnfitError(Exception):
    """An item is left out; the text says why, for many items alike."""
