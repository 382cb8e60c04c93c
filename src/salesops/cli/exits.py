"""What the command's exit codes mean; scripts may rely on them."""

FINE = 0
NOT_IN_ORDER = (
    1  # `doctor` found something amiss, or whoever read the answer went away before its end
)
REFUSED = 2  # the input cannot be used; the message says why
QUESTION = 3  # somebody must answer first
CANCELLED = 130  # Ctrl-C
