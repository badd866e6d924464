"""The scripts that run within Redis, each of them all or nothing: the folder `lua`."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

_FOLDER = files("app.sessions") / "lua"
# What each is made of, besides `names`.
_PARTS = {
    "create": (),
    "find": (),
    "heads": (),
    "append": (),
    "erase": ("forget",),
    "expire": ("forget",),
    "page": ("of_tenant",),
    "counts": ("of_tenant",),
    "claim": (),
    "begin_batch": (),
    "page_of_batches": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script as Redis takes it; `digest` is the name that Redis gives it."""

    text: str
    digest: str


def _script(name: str, parts: tuple[str, ...]) -> Script:
    # The first line says how Redis is to run it, so the parts come behind.
    shebang, body = (_FOLDER / f"{name}.lua").read_text(encoding="utf-8").split("\n", 1)
    shared = [(_FOLDER / f"{part}.lua").read_text(encoding="utf-8") for part in ("names", *parts)]
    text = "\n".join([shebang, *shared, body])
    return Script(text=text, digest=hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


SCRIPTS = MappingProxyType({name: _script(name, parts) for name, parts in _PARTS.items()})
