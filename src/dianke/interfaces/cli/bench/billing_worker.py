"""One of the processes that share the shards of the bench "billing"."""

import sys

from dianke.interfaces.cli.main import prepare_django


def main(number: str, act: str, own: str, workers: str) -> None:
    """Take this process's shards of the run."""
    prepare_django()
    from dianke.interfaces.cli.bench import billing_run

    billing_run.work(number, act, int(own), int(workers))


if __name__ == "__main__":
    main(*sys.argv[1:])
