"""Shares as people read them: everywhere in percent, with a space."""


def in_percent(share: float, digits: int = 0) -> str:
    """31 %, or 31.4 % with a digit."""
    return f"{share * 100:.{digits}f} %"


def in_percents(low: float, high: float) -> str:
    """28–34 %: between what a share lies."""
    return f"{low * 100:.0f}–{high * 100:.0f} %"
