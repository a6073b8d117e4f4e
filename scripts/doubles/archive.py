"""Test doubles of footage archives, which answer like their APIs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.web import Asked, Reply, Web, as_json

KEY = "nobodys-key-for-tests"
"""Not a real key."""


@dataclass(frozen=True)
class Item:
    """A clip of an archive."""

    number: int
    title: str
    keywords: str = ""
    credit: Any = "Sgt. Ann Lee"
    description: str = ""
    category: str = "B-Roll"
    duration: int = 30
    heights: Sequence[int] = (360, 720, 1080)


def dvids(web: Web, items: Sequence[Item], *, content: bytes = b"", key: str = KEY) -> None:
    """Makes a server answer like DVIDS; files contain `content`."""

    def search(asked: Asked) -> Reply:
        if asked.query.get("api_key") != key:
            return as_json({"errors": ["invalid key"]}, 403)
        known = {"api_key", "q", "type", "hd", "category", "branch", "to_duration", "max_results"}
        if not asked.query.keys() <= known:
            return as_json({"errors": ["unknown parameter"]}, 400)
        words = asked.query["q"].lower().split()
        found = [
            item
            for item in items
            if all(word in f"{item.title} {item.keywords}".lower() for word in words)
            and asked.query.get("category") in {None, item.category}
            and item.duration <= int(asked.query["to_duration"])
            and ("hd" not in asked.query or max(item.heights) >= 720)
        ]
        results = [
            {
                "id": f"video:{item.number}",
                "type": "video",
                "title": item.title,
                "short_description": item.description,
                "keywords": item.keywords,
                "category": item.category,
                "duration": item.duration,
                "unit_name": "1st Unit",
                "credit": item.credit,
                "url": f"https://www.dvidshub.net/video/{item.number}/x?api_key={key}",
            }
            for item in found
        ]
        page = {"total_results": len(results), "results_per_page": 50}
        return as_json({"page_info": page, "results": results})

    def asset(asked: Asked) -> Reply:
        if asked.query.get("api_key") != key:
            return as_json({"errors": ["invalid key"]}, 403)
        item = next((item for item in items if f"video:{item.number}" == asked.query["id"]), None)
        if item is None:
            return as_json({"errors": ["no such asset"]}, 404)
        files = [
            {
                "src": f"{web.url}/media/{item.number}-{height}.mp4",
                "type": "video/mp4",
                "height": height,
                "width": height * 16 // 9,
            }
            for height in item.heights
        ]
        page = {"src": f"{web.url}/media/{item.number}.m3u8", "type": "application/x-mpegURL"}
        described = {
            "title": item.title,
            "description": item.description,
            "keywords": item.keywords,
            "credit": item.credit,
            "unit_name": "1st Unit",
            "duration": item.duration,
            "files": [page, *files],
        }
        return as_json({"results": described})

    web.routes |= {"/search": search, "/asset": asset}
    web.routes |= {
        f"/media/{item.number}-{height}.mp4": Reply(content + unlike(item.number))
        for item in items
        for height in item.heights
    }


def nasa(web: Web, items: Sequence[Item], *, content: bytes = b"") -> None:
    """Makes a server answer like NASA's library; files contain `content`."""

    def search(asked: Asked) -> Reply:
        words = asked.query.get("q", "").lower().split()
        found = [
            {
                "href": f"{web.url}/video/{_nasa_id(item)}/collection.json",
                "data": [
                    {
                        "nasa_id": _nasa_id(item),
                        "title": item.title,
                        "description": item.description,
                        "keywords": item.keywords.split(","),
                        "center": "JSC",
                        "media_type": "video",
                    }
                ],
            }
            for item in items
            if asked.query["media_type"] == "video"
            and asked.query.get("nasa_id", _nasa_id(item)) == _nasa_id(item)
            and all(word in f"{item.title} {item.keywords}".lower() for word in words)
        ]
        return as_json({"collection": {"version": "1.0", "items": found}})

    web.routes["/search"] = search
    for item in items:
        folder = f"{web.url}/video/{_nasa_id(item)}/{_nasa_id(item)}"
        hrefs = [f"{folder}~{name}" for name in ("orig.mp4", "medium.mp4", "small.mp4", "large.srt", "thumb.jpg")]
        web.routes[f"/asset/{_nasa_id(item)}"] = as_json({"collection": {"items": [{"href": href} for href in hrefs]}})
        web.routes[f"/video/{_nasa_id(item)}/{_nasa_id(item)}~medium.mp4"] = Reply(content + unlike(item.number))


def _nasa_id(item: Item) -> str:
    return f"NHQ_{item.number} Go Forward"


def unlike(number: int) -> bytes:
    """Returns an empty box to append to an MP4 file, so that clips with the same content are different files."""
    return (12).to_bytes(4, "big") + b"free" + number.to_bytes(4, "big")
