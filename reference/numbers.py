"""Numbers as French texts write them."""

NARROW = "\u202f"


def grouped(number: float, digits: int = 0) -> str:
    """A number with its thousands apart, by a narrow no-break space: "1 234", "1 234,5"."""
    return f"{number:,.{digits}f}".replace(",", NARROW).replace(".", ",")
