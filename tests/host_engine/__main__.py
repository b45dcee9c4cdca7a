"""``python3 -m host_engine --vsock 5555 --behaviour healthy``: serve until killed; says ``ready`` once it listens."""

from __future__ import annotations

import argparse
import asyncio

from host_engine.behaviours import BEHAVIOURS
from host_engine.server import Server, tcp_socket, unix_socket, vsock_socket


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="host_engine")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--vsock", type=int, metavar="PORT")
    where.add_argument("--unix", metavar="PATH")
    where.add_argument("--tcp", action="store_true", help="a free port of 127.0.0.1")
    parser.add_argument("--behaviour", choices=list(BEHAVIOURS), default="healthy")
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments))


async def _serve(arguments: argparse.Namespace) -> None:
    if arguments.vsock is not None:
        bound = vsock_socket(arguments.vsock)
    else:
        bound = unix_socket(arguments.unix) if arguments.unix else tcp_socket()
    behaviour = BEHAVIOURS[arguments.behaviour]
    await Server(behaviour.guest(), behaviour.serve).listen(bound)
    print("ready", bound.getsockname(), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
