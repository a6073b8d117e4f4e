"""`python -m tests.support.s3_child`: moto's S3 on a free port of the loopback, with faults on demand.

moto keeps objects in memory and implements what we use: conditional and multipart writes, ranges, errors as S3 words them.
It handles one request at a time here, because it looks and writes in two steps: its conditional writes would let two win.

PUT /-/faults takes a JSON list; each fault meets the next `times` requests of its method whose path contains its `path`:
`status` answers with an error, with `after` once the request was done, `delay` seconds of silence, `cut` bytes of the body only, `body` says other bytes.
GET /-/requests lists what was asked.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


class Faulty:
    """The application with faults before it."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._faults: list[dict[str, Any]] = []
        self._requests: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path == "/-/faults":
            self._faults = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            return answer(start_response, "200 OK", b"")
        if path == "/-/requests":
            return answer(start_response, "200 OK", json.dumps(self._requests).encode())
        self._requests.append(f"{method} {path}?{environ['QUERY_STRING']}")
        fault = next((f for f in self._faults if f["method"] == method and f["path"] in path and f["times"]), None)
        if fault is None:
            return self._application(environ, start_response)  # type: ignore[no-any-return]
        fault["times"] -= 1
        if "status" in fault:
            if fault.get("after"):
                b"".join(self._application(environ, lambda *_: None))
            else:
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            words = f"<Error><Code>{fault.get('code', 'InternalError')}</Code><Message>told so</Message></Error>"
            return answer(start_response, f"{fault['status']} Fault", words.encode())
        if "delay" in fault:
            time.sleep(fault["delay"])
        if not {"cut", "body"} & fault.keys():
            return self._application(environ, start_response)  # type: ignore[no-any-return]
        body = b"".join(self._application(environ, start_response))
        return [body[: fault["cut"]] if "cut" in fault else fault["body"].encode()]


def answer(start_response: Callable[..., Any], status: str, body: bytes) -> list[bytes]:
    start_response(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
    return [body]


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = Faulty(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=False)
    print(server.server_port, flush=True)  # noqa: T201 - whoever started us waits for it
    server.serve_forever()


if __name__ == "__main__":
    main()
