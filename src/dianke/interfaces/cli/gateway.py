"""dianke gateway: a simulated gateway of online payment as a process of its own (simulate)."""

import argparse
from pathlib import Path

from dianke.domain.channels.rules.gateway.signing import normalise_public_key
from dianke.interfaces.cli.simulated_gateway.books import Books
from dianke.interfaces.cli.simulated_gateway.sending import Sender
from dianke.interfaces.cli.simulated_gateway.server import GatewayServer


def run(argv: list[str]) -> int:
    """Serve until somebody ends it."""
    options = _parse(argv)
    server = make_server(
        port=options.port,
        folder=options.folder,
        code=options.code,
        merchant=options.merchant,
        merchant_key=normalise_public_key(options.merchant_key.read_text("ascii")),
        call_back=options.call_back,
    )
    print(f"key {server.books.key_id}, to be entered and released on the page of the gateway:")
    print(server.books.public_key)
    print(f"the simulated gateway is at http://127.0.0.1:{server.server_port}/, it takes no money", flush=True)
    server.serve_forever()
    return 0


def make_server(
    *, port: int, folder: Path, code: str, merchant: str, merchant_key: str, call_back: str
) -> GatewayServer:
    """Return the gateway, ready to serve this machine alone."""
    books = Books(folder, code=code, merchant=merchant)
    sender = Sender(call_back, books.key_id, books.private_key)
    return GatewayServer(("127.0.0.1", port), books=books, sender=sender, merchant_key=merchant_key)


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dianke gateway", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    step = steps.add_parser(
        "simulate", help="show orders to be paid, call back, write the file of a day; takes no money"
    )
    step.add_argument("--port", type=int, default=8899)
    step.add_argument("--folder", type=Path, required=True, help="where its key and its books lie")
    step.add_argument("--code", required=True, help="the code of the gateway in the product")
    step.add_argument("--merchant", required=True, help="our number at the gateway")
    step.add_argument("--merchant-key", type=Path, required=True, help="our public key, from the page of the gateway")
    step.add_argument(
        "--call-back", required=True, help="where it calls back: https://HOST/feeds/gateway/CODE/call-back"
    )
    return parser.parse_args(argv)
