"""dianke migrate: bring the database to this version, as its owner, and grant the service its rights."""

import argparse


def run(argv: list[str]) -> int:
    """Migrate as the owner and grant the service role its rights."""
    parser = argparse.ArgumentParser(prog="dianke migrate", description=__doc__)
    parser.add_argument("--quiet", action="store_true", help="print nothing but faults")
    options = parser.parse_args(argv)

    from dianke.platform.database.migrating import migrate

    applied = migrate(verbose=not options.quiet)
    if not options.quiet:
        print(f"migrated: {applied} migrations applied, rights of the service granted")
    return 0
