"""Swift's account, container and object servers ask nobody who he is: this filter lets in only their own proxy.

They listen on TCP alone, so that any process of the machine could read and write every object. Each server loads the
filter (PYTHONPATH and the pipeline are set by swift_s3.py). It adds a key to all that its process asks of another one,
and refuses what comes without; the proxy, which has accounts of its own, is `open` and adds only.
"""

import hmac

from swift.common.bufferedhttp import BufferedHTTPConnection

HEADER = "X-Vignet-Inside"


_end = BufferedHTTPConnection.endheaders


def show_key(key: str) -> None:
    """Have every request of this process to another server of Swift show the key. Swift loads its filters twice."""

    def endheaders(self, *arguments, **options):
        self.putheader(HEADER, key)
        return _end(self, *arguments, **options)

    BufferedHTTPConnection.endheaders = endheaders


def filter_factory(_global_conf: dict, key: str, **local_conf: str):
    """For paste.deploy."""
    show_key(key)
    return lambda app: app if local_conf.get("open") else Guard(app, key)


class Guard:
    """Refuses with 403 what does not show the key."""

    def __init__(self, app, key: str) -> None:
        self._app, self._key = app, key.encode()

    def __call__(self, environ, start_response):
        shown = environ.get("HTTP_X_VIGNET_INSIDE", "").encode("utf-8", "surrogateescape")
        if hmac.compare_digest(shown, self._key):
            return self._app(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return [b""]
