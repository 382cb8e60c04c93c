"""salesops is the office of a sales operations team, in one program."""
