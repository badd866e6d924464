"""`modulo catalogue`: what can be named in a request, and which planners are installed here."""

import asyncio
import json

from app.bank import Offer, Offers, open_bank
from app.console import AsJson, problems_told
from app.settings import Settings

WIDTH = 16


def catalogue(*, as_json: AsJson = False) -> None:
    """List what is on offer: models, strategies, critics, and engines with how to get them."""
    with problems_told():
        offers = asyncio.run(offers_by(Settings()))
        if as_json:
            print(json.dumps(offers, indent=2))
        else:
            print("\n".join(offers_in_words(offers)))


async def offers_by(settings: Settings) -> Offers:
    """Ask the bank of these settings what it offers, by kind."""
    async with open_bank(settings) as bank:
        return bank.catalogue()


def offers_in_words(offers: Offers) -> list[str]:
    """Write what is on offer in lines for a person."""
    lines: list[str] = []
    for kind, entries in offers.items():
        lines.append(kind)
        for entry in entries:
            first, *more = _said(entry)
            lines.append(f"  {entry['name']:<{WIDTH}}{first}")
            lines += [" " * (WIDTH + 4) + line for line in more]
    return lines


def _said(offer: Offer) -> list[str]:
    summary = str(offer["summary"])
    if "source" not in offer:
        return [summary]
    version = offer["version"]
    return [
        summary,
        f"not installed; {offer['source']}" if version is None else f"installed: {version}",
        f"licence: {offer['licence']}",
        f"for: {_listed(offer['purposes'])}",
        f"a task may use: {_listed(offer['features'])}",
    ]


def _listed(names: object) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list) and names else "nothing more"
