"""What is installed of the engines. Nothing of theirs is imported to find out."""

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path


def file_in(package: str, *names: str) -> Path | None:
    """Find a file of a package that is installed.

    Args:
        package: A top-level package: its specification is found without importing it.
        names: The path of the file in the folder of the package.
    """
    found = find_spec(package)
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent.joinpath(*names)
    return path if path.is_file() else None


def version_of(distribution: str) -> str | None:
    """Give the version of a distribution that is installed, or None."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
