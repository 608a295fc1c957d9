"""What stops a whole file, as opposed to the remarks that its records get one by one."""


class RefusedFile(Exception):  # noqa: N818  # named after what becomes of the file
    """The file cannot be read as an extract, and nothing of it is kept.

    `message` says in French what is wrong and where, `remedy` what to do about it.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy
