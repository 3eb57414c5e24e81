"""A proxy before an HTTP service that can be shut, or that answers 500 itself: for services that are away or broken."""

import contextlib
import socket
import threading
from collections.abc import Iterator

ERROR = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
BLOCK = 64 * 1024


class FaultProxy:
    """Listens on `port` of this machine and leads to `target`. Runs in threads of its own, for as long as we live."""

    def __init__(self, port: int, target: int) -> None:
        self.port, self._target = port, target
        self._mode = ""
        self._inside: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._welcome, daemon=True).start()

    @contextlib.contextmanager
    def broken(self, mode: str) -> Iterator[None]:
        """`away`: whoever comes is turned away, and whoever is inside. `failing`: every request is answered 500."""
        self._mode = mode
        for one in list(self._inside):
            _shut(one)
        try:
            yield
        finally:
            self._mode = ""

    def close(self) -> None:
        _shut(self._listening)
        self._listening.close()

    def _welcome(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                guest, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(guest,), daemon=True).start()

    def _serve(self, guest: socket.socket) -> None:
        with guest, contextlib.suppress(OSError):
            if self._mode == "failing":
                guest.recv(BLOCK)
                guest.sendall(ERROR)
                _shut(guest)
            elif not self._mode:
                with socket.create_connection(("127.0.0.1", self._target)) as host:
                    self._inside |= {guest, host}
                    back = threading.Thread(target=_carry, args=(host, guest), daemon=True)
                    back.start()
                    _carry(guest, host)
                    back.join()
                    self._inside -= {guest, host}


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(BLOCK):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
