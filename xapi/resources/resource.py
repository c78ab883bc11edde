"""What a resource is: a name and a function per method."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xapi.answers import Answer
from xapi.calls import Call
from xapi.store import Store


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource; HEAD is answered by GET without its body."""

    name: str
    methods: Mapping[str, Callable[[Store, Call], Answer]]
    public: bool = False
    """Anyone may read it, and no version need be named (the About resource)."""
    confirming: frozenset[str] = frozenset()
    """Methods that make sure themselves, within their transaction, that the credential is in force."""
    headers_of_failures: Callable[[Store, int], Mapping[str, str]] = lambda _store, _status: {}
    """What an answer with an error of this status says all the same."""
