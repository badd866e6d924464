"""What can go wrong between us and a model.

ModelError
├── ModelUnavailable   unreachable, overloaded or out of time: later may be better
├── ModelRefused       the server refuses this request (4xx): no use asking again
│   └── PromptTooLong  it does not fit into the model's context window
└── ModelBroken        the answer is not of the protocol
"""


class ModelError(Exception):
    """The root of this tree.

    Attributes:
        model: The model's name.
        message: What happened, in words for the user.
    """

    def __init__(self, model: str, message: str) -> None:
        super().__init__(model, message)
        self.model = model
        self.message = message

    def __str__(self) -> str:
        return f"model {self.model!r}: {self.message}"


class ModelUnavailable(ModelError):
    """No answer now; asking later may help.

    Attributes:
        retry_after_seconds: How long the server asked us to wait, or None.
    """

    def __init__(self, model: str, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(model, message)
        self.args = (model, message, retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds


class ModelRefused(ModelError):
    """The server will not answer this request, now or later."""


class PromptTooLong(ModelRefused):
    """The messages do not fit into the model's context window."""


class ModelBroken(ModelError):
    """What came back is not an answer of the protocol."""
