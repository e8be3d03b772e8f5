"""dianke manage: Django's own commands."""


def run(argv: list[str]) -> int:
    """Carry out a Django command."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["dianke manage", *argv])
    return 0
