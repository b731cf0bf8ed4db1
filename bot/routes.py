"""The addresses of Discord's REST API without the ids and tokens in them."""

from __future__ import annotations

import re

_WORD = re.compile(
    "@me|@original|applications|bot|callback|channels|commands|gateway|guilds|interactions|members|messages|oauth2|roles|"
    "users|webhooks"
)
"""The words in the addresses of Discord's API. Whatever else stands in one is an id or a token."""

ANSWER = re.compile(r"/api(?:/v\d+)?/interactions/(\d+)/[^/]+/callback")
"""Where an interaction of this id is answered. Most requests are of this kind."""

ANSWER_ROUTE = "/interactions/{id}/{token}/callback"
"""Its template."""


def route_of(path: str) -> str | None:
    """The template of an address of Discord's API, such as `/channels/{id}/messages`; None: it is none of the API."""
    api, *parts = path.strip("/").split("/")
    if api != "api":
        return None
    if parts and parts[0][:1] == "v" and parts[0][1:].isdecimal():
        del parts[0]
    return "".join(
        f"/{part if _WORD.fullmatch(part) else '{id}' if part.isdecimal() else '{token}'}" for part in parts
    )
