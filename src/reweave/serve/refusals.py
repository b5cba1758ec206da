"""Every error that a client sees, in OpenAI's form."""

import math
from typing import Any

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    405: "invalid_request_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
}


class ServeError(Exception):
    """A request that gets no answer. Never leaves this room: it becomes a status and a body.

    Args:
        status: HTTP's.
        message: What was wrong, and what to do.
        param: The request's field at fault.
        code: A word for programs.
        retry_after: Seconds after which it may go better.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """Give the body, or the data of an event where an answer has begun.

        >>> ServeError(404, "no such model", code="model_not_found").body()["error"]["type"]
        'not_found_error'
        """
        kind = _TYPES.get(self.status, "server_error" if self.status >= 500 else "invalid_request_error")
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    def headers(self) -> dict[str, str]:
        """Give the headers: ``Retry-After`` in whole seconds, rounded up."""
        headers = {} if self.retry_after is None else {"Retry-After": str(math.ceil(self.retry_after))}
        return headers | ({"WWW-Authenticate": "Bearer"} if self.status == 401 else {})
