"""Test doubles of archives of clips and stills, which answer like their APIs and refuse what these don't know.

One server can be all of them: their paths differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

from scripts.doubles.archive import KEY
from tests.support.web import Answerer, Asked, Reply, Web, as_json

__all__ = ["ARCHIVES", "Holding", "archive_org", "commons", "loc", "openverse", "pexels", "pixabay"]

Content = Callable[["Holding"], bytes]

LICENCES: Final = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC BY-NC-ND 2.0": "https://creativecommons.org/licenses/by-nc-nd/2.0/",
    "CC0": "http://creativecommons.org/publicdomain/zero/1.0/",
    "Public domain": "http://creativecommons.org/publicdomain/mark/1.0/",
}
"""Licences and their URLs, as archives write them."""


@dataclass(frozen=True)
class Holding:
    """A clip or a still of an archive."""

    number: int
    title: str
    keywords: str = ""
    kind: Literal["clip", "still"] = "clip"
    creator: str = "Ann Lee"
    licence: str = "CC BY-SA 4.0"
    duration: int = 12
    size: tuple[int, int] = (3840, 2160)
    restrictions: str = ""

    def matches(self, query: str) -> bool:
        """Whether it has all words of a query."""
        about = f"{self.title} {self.keywords}".lower()
        return all(word in about for word in query.lower().split())

    @property
    def uuid(self) -> str:
        """Its id at Openverse."""
        return f"00000000-0000-4000-8000-{self.number:012}"

    @property
    def slug(self) -> str:
        """Its title in a URL."""
        return "-".join(self.title.lower().split())


def _refuses(asked: Asked, *known: str) -> Reply | None:
    unknown = asked.query.keys() - set(known)
    return as_json({"error": f"unknown parameter {', '.join(sorted(unknown))}"}, 400) if unknown else None


def _found(holdings: Sequence[Holding], kind: str, query: str) -> list[Holding]:
    return [holding for holding in holdings if holding.kind == kind and holding.matches(query)]


# --- Wikimedia Commons -------------------------------------------------------------------------------


def commons(web: Web, holdings: Sequence[Holding], content: Content) -> None:
    """Makes a server answer like MediaWiki at Wikimedia Commons."""

    def api(asked: Asked) -> Reply:
        query = asked.query
        if "(" not in asked.headers.get("user-agent", ""):
            return Reply(b"Please set a user-agent and respect our robot policy", 403)
        if query.get("formatversion") != "2" or query.get("action") != "query":
            return as_json({"error": {"code": "badvalue", "info": "Unrecognized value for parameter"}})
        if "generator" in query:
            words, _, file_type = query["gsrsearch"].partition(" filetype:")
            kind = {"video": "clip", "bitmap": "still"}[file_type]
            pages = _found(holdings, kind, words)[: int(query["gsrlimit"])]
        else:
            pages = [holding for holding in holdings if str(holding.number) == query["pageids"]]
            if not pages:
                return as_json({"query": {"pages": [{"pageid": int(query["pageids"]), "missing": True}]}})
        described = [_commons_page(web, query, holding, index) for index, holding in enumerate(pages)]
        return as_json(
            {"batchcomplete": True, "query": {"pages": described[::-1]}} if pages else {"batchcomplete": True}
        )

    web.routes["/w/api.php"] = api
    for holding in holdings:
        for name in ("720p.vp9.webm", "1080p.vp9.webm", "original", *(f"{width}px" for width in (1920, 3840))):
            web.routes[f"/commons/{holding.number}/{name}"] = Reply(content(holding))


def _commons_page(web: Web, query: Any, holding: Holding, index: int) -> dict[str, Any]:
    suffix, base = ("webm" if holding.kind == "clip" else "jpg"), f"{web.url}/commons/{holding.number}"
    width, height = holding.size
    stated = {
        "LicenseShortName": holding.licence,
        "LicenseUrl": LICENCES.get(holding.licence, ""),
        "Artist": f'<a href="//commons.wikimedia.org/wiki/User:Ann" title="User:Ann">{holding.creator}</a>',
        "ImageDescription": f'<div class="description">{holding.keywords} <b>seen</b> from afar</div>',
        "Categories": "|".join([*holding.keywords.split(","), "CC-BY-SA-4.0", "Self-published work"]),
        "Restrictions": holding.restrictions,
    }
    info: dict[str, Any] = {
        "size": 400_000_000,
        "width": width,
        "height": height,
        "url": f"{base}/original",
        "descriptionurl": f"https://commons.wikimedia.org/wiki/File:{quote(holding.title)}.{suffix}",
        "mime": "video/webm" if holding.kind == "clip" else "image/jpeg",
        "extmetadata": {
            name: {"value": value, "source": "commons-desc-page", "hidden": ""}
            for name, value in stated.items()
            if value and name in query[f"{'vi' if holding.kind == 'clip' else 'ii'}extmetadatafilter"].split("|")
        },
    }
    if holding.kind == "clip":
        info["duration"] = holding.duration
        info["derivatives"] = [
            {"src": info["url"], "type": "video/webm", "width": width, "height": height, "bandwidth": 90_000_000},
            *(
                {
                    "src": f"{base}/{lines}p.vp9.webm",
                    "type": 'video/webm; codecs="vp9, opus"',
                    "transcodekey": f"{lines}p.vp9.webm",
                    "width": lines * 16 // 9,
                    "height": lines,
                    "bandwidth": 2_000_000,
                }
                for lines in (720, 1080)
            ),
        ]
        return {
            "pageid": holding.number,
            "ns": 6,
            "title": f"File:{holding.title}.webm",
            "index": index + 1,
            "videoinfo": [info],
        }
    thumb = min(int(query["iiurlwidth"]), width)
    info |= {"thumburl": f"{base}/{thumb}px", "thumbwidth": thumb, "thumbheight": height * thumb // width}
    return {
        "pageid": holding.number,
        "ns": 6,
        "title": f"File:{holding.title}.jpg",
        "index": index + 1,
        "imageinfo": [info],
    }


# --- Internet Archive --------------------------------------------------------------------------------


def archive_org(web: Web, holdings: Sequence[Holding], content: Content) -> None:
    """Makes a server answer like the Internet Archive: downloads are redirected to the server that has the item."""
    kinds = {"mediatype:movies": "clip", "mediatype:image": "still"}

    def search(asked: Asked) -> Reply:
        if refusal := _refuses(asked, "q", "fl[]", "rows", "page", "output"):
            return refusal
        words, kind, *conditions = asked.query["q"].split(" AND ")
        if not {"licenseurl:*", "-access-restricted-item:true"} <= set(conditions):
            return as_json({"error": "the test expects these conditions"}, 400)
        found = _found(holdings, kinds[kind], words.strip("()"))
        fields = asked.query["fl[]"].split(",")
        docs = [{name: value for name, value in _archive_item(holding).items() if name in fields} for holding in found]
        return as_json({"responseHeader": {"status": 0}, "response": {"numFound": len(docs), "start": 0, "docs": docs}})

    web.routes["/advancedsearch.php"] = search
    for holding in holdings:
        identifier = _archive_item(holding)["identifier"]
        web.routes[f"/metadata/{identifier}"] = as_json(
            {"server": "ia800000.us.archive.org", "metadata": _archive_item(holding), "files": _archive_files(holding)}
        )
        web.routes[f"/metadata/{identifier}/files"] = as_json({"result": _archive_files(holding)})
        for file in _archive_files(holding):
            stored = f"/0/items/{identifier}/{file['name']}"
            web.routes[f"/download/{identifier}/{file['name']}"] = Reply(
                status=302, headers={"Location": web.url + quote(stored)}
            )
            web.routes[stored] = Reply(content(holding))


def _archive_item(holding: Holding) -> dict[str, Any]:
    return {
        "identifier": f"item.{holding.number}_{holding.slug}",
        "mediatype": "movies" if holding.kind == "clip" else "image",
        "title": holding.title,
        "creator": [holding.creator],
        "subject": holding.keywords.replace(",", ";") if holding.number % 2 else holding.keywords.split(","),
        "description": f"<p>{holding.title}</p>{holding.restrictions}",
        "licenseurl": LICENCES.get(holding.licence, ""),
        "runtime": f"0:{holding.duration // 60:02}:{holding.duration % 60:02}",
    }


def _archive_files(holding: Holding) -> list[dict[str, str]]:
    if holding.kind == "still":
        name = f"{holding.title}.jpg"
        return [
            {"name": "__ia_thumb.jpg", "source": "original", "format": "Item Tile", "size": "9000"},
            {"name": name, "source": "original", "format": "JPEG", "size": "2000000"},
            {"name": f"{holding.title}_thumb.jpg", "source": "derivative", "format": "JPEG Thumb", "original": name},
        ]
    name = f"{holding.title}.mov"
    length = f"{holding.duration}.04"
    sizes = (("_512kb.mp4", "512Kb MPEG4", 320, 240), (".mp4", "h.264", 1280, 720))
    return [
        {"name": f"{holding.title}.thumbs/1.jpg", "source": "derivative", "format": "Thumbnail", "original": name},
        {"name": name, "source": "original", "format": "QuickTime", "size": "4000000000", "length": length},
        *(
            {
                "name": f"{holding.title}{suffix}",
                "source": "derivative",
                "format": form,
                "original": name,
                "size": "9000000",
                "length": length,
                "width": str(width),
                "height": str(height),
            }
            for suffix, form, width, height in sizes
        ),
        {
            "name": "another reel.mp4",
            "source": "original",
            "format": "h.264",
            "size": "1000",
            "height": "1080",
            "width": "1920",
        },
    ]


# --- Openverse ---------------------------------------------------------------------------------------


def openverse(web: Web, holdings: Sequence[Holding], content: Content) -> None:
    """Makes a server answer like Openverse without a key: 20 results at most."""

    def search(asked: Asked) -> Reply:
        if refusal := _refuses(asked, "q", "page", "page_size", "license_type", "mature", "size"):
            return refusal
        if int(asked.query["page_size"]) > 20:
            return as_json({"detail": "Authentication credentials were not provided."}, 401)
        allowed = (
            {"CC BY 4.0", "CC BY-SA 4.0", "CC0", "Public domain"} if "license_type" in asked.query else set(LICENCES)
        )
        found = [holding for holding in _found(holdings, "still", asked.query["q"]) if holding.licence in allowed]
        results = [_openverse_picture(web, holding) for holding in found]
        return as_json({"result_count": len(results), "page_count": 1, "page_size": 20, "page": 1, "results": results})

    web.routes["/v1/images/"] = search
    for holding in holdings:
        web.routes[f"/v1/images/{holding.uuid}/"] = as_json(_openverse_picture(web, holding))
        web.routes[f"/v1/images/{holding.uuid}/thumb/"] = Reply(content(holding))


def _openverse_picture(web: Web, holding: Holding) -> dict[str, Any]:
    code, version = {"CC0": ("cc0", "1.0"), "Public domain": ("pdm", "1.0")}.get(holding.licence, ("", ""))
    if not code:
        code, version = holding.licence.removeprefix("CC ").lower().split(" ")
    return {
        "id": holding.uuid,
        "title": holding.title,
        "foreign_landing_url": f"https://museum.example/{holding.number}",
        "url": f"https://media.museum.example/{holding.number}.jpg",
        "creator": holding.creator,
        "license": code,
        "license_version": version,
        "license_url": LICENCES[holding.licence],
        "provider": "museum",
        "source": "museum",
        "tags": [{"name": word, "accuracy": None} for word in holding.keywords.split(",")],
        "mature": False,
        "width": holding.size[0],
        "height": holding.size[1],
        "thumbnail": f"{web.url}/v1/images/{holding.uuid}/thumb/",
    }


# --- Library of Congress -----------------------------------------------------------------------------


def loc(web: Web, holdings: Sequence[Holding], content: Content) -> None:
    """Makes a server answer like the JSON form of the Library's site."""

    def search(kind: str) -> Answerer:
        def answer(asked: Asked) -> Reply:
            if refusal := _refuses(asked, "q", "fa", "fo", "c", "at"):
                return refusal
            found = _found(holdings, kind, asked.query["q"])
            return as_json({"results": [_loc_item(holding) for holding in found]})

        return answer

    web.routes |= {"/film-and-videos/": search("clip"), "/photos/": search("still")}
    for holding in holdings:
        base = f"{web.url}/storage-services/{holding.number}"
        files: list[dict[str, Any]] = [
            {"mimetype": "image/tiff", "url": f"{base}.tif", "width": 9000, "height": 6000, "size": 90_000_000},
            *(
                {"mimetype": "image/jpeg", "url": f"{base}_{width}.jpg", "width": width, "height": width * 2 // 3}
                for width in (150, 640, 1800, 4000)
            ),
        ]
        if holding.kind == "clip":
            files = [{"mimetype": "video/mp4", "url": f"{base}.mp4", "width": 640, "height": 480, "size": 9_000_000}]
        item = {key: value for key, value in _loc_item(holding).items() if key != "item"} | _loc_item(holding)["item"]
        web.routes[f"/item/{holding.number:08}/"] = as_json({"item": item, "resources": [{"files": [files]}]})
        for file in files:
            web.routes[str(file["url"]).removeprefix(web.url)] = Reply(content(holding))


def _loc_item(holding: Holding) -> dict[str, Any]:
    reserved = holding.restrictions or "No known restrictions on publication."
    return {
        "id": f"http://www.loc.gov/item/{holding.number:08}/",
        "url": f"https://www.loc.gov/item/{holding.number:08}/",
        "title": f"[{holding.title}]",
        "contributor": [holding.creator.lower()],
        "subject": holding.keywords.split(","),
        "access_restricted": False,
        "online_format": ["video" if holding.kind == "clip" else "image"],
        "item": {"contributor_names": [f"{holding.creator}, photographer"], "rights_advisory": [reserved]},
    }


# --- Pexels ------------------------------------------------------------------------------------------


def pexels(web: Web, holdings: Sequence[Holding], content: Content, *, key: str = KEY) -> None:
    """Makes a server answer like Pexels: the key is in a header."""

    def guarded(answer: Answerer) -> Answerer:
        return lambda asked: (
            answer(asked) if asked.headers.get("authorization") == key else as_json({"error": "Access denied"}, 401)
        )

    def search(kind: str, name: str) -> Answerer:
        def answer(asked: Asked) -> Reply:
            if refusal := _refuses(asked, "query", "page", "per_page"):
                return refusal
            found = [_pexels_item(web, holding) for holding in _found(holdings, kind, asked.query["query"])]
            return as_json({"page": 1, "per_page": 40, "total_results": len(found), name: found})

        return guarded(answer)

    web.routes |= {"/v1/videos/search": search("clip", "videos"), "/v1/search": search("still", "photos")}
    for holding in holdings:
        path = "videos/videos" if holding.kind == "clip" else "photos"
        item = as_json(_pexels_item(web, holding))
        web.routes[f"/v1/{path}/{holding.number}"] = guarded(lambda _, item=item: item)  # type: ignore[misc]
        for name in ("360.mp4", "720.mp4", "1080.mp4", "original.jpeg", "large2x.jpeg"):
            web.routes[f"/pexels/{holding.number}-{name}"] = Reply(content(holding))


def _pexels_item(web: Web, holding: Holding) -> dict[str, Any]:
    base, (width, height) = f"{web.url}/pexels/{holding.number}", holding.size
    kind = "video" if holding.kind == "clip" else "photo"
    item = {
        "id": holding.number,
        "width": width,
        "height": height,
        "url": f"https://www.pexels.com/{kind}/{holding.slug}-{holding.number}/",
    }
    if holding.kind == "still":
        names = ("original", "large2x", "large", "medium", "small", "portrait", "landscape", "tiny")
        sources = {name: f"{base}-{name}.jpeg" for name in names}
        return item | {"photographer": holding.creator, "alt": f"{holding.title}, {holding.keywords}", "src": sources}
    files = [
        {
            "id": lines,
            "quality": "hd" if lines >= 720 else "sd",
            "file_type": "video/mp4",
            "width": lines * 16 // 9,
            "height": lines,
            "fps": 25.0,
            "link": f"{base}-{lines}.mp4",
        }
        for lines in (1080, 360, 720)
    ]
    user = {"id": 1, "name": holding.creator, "url": "https://www.pexels.com/@ann"}
    return item | {"duration": holding.duration, "user": user, "video_files": files, "video_pictures": [], "tags": []}


# --- Pixabay -----------------------------------------------------------------------------------------


def pixabay(web: Web, holdings: Sequence[Holding], content: Content, *, key: str = KEY) -> None:
    """Makes a server answer like Pixabay: the key is in the query."""

    def search(kind: str, *known: str) -> Answerer:
        def answer(asked: Asked) -> Reply:
            if asked.query.get("key") != key:
                return Reply(b"[ERROR 400] Invalid or missing API key (https://pixabay.com/api/docs/).", 400)
            if refusal := _refuses(asked, "key", "q", "id", "page", "per_page", "safesearch", *known):
                return refusal
            if len(asked.query.get("q", "")) > 100:
                return Reply(b'[ERROR 400] "q" is too long.', 400)
            if "id" in asked.query:
                found = [
                    holding for holding in holdings if str(holding.number) == asked.query["id"] and holding.kind == kind
                ]
            else:
                found = _found(holdings, kind, asked.query["q"])
            hits = [_pixabay_hit(web, holding) for holding in found]
            return as_json({"total": len(hits), "totalHits": len(hits), "hits": hits})

        return answer

    web.routes |= {"/api/videos/": search("clip", "video_type"), "/api/": search("still", "image_type")}
    for holding in holdings:
        for name in ("large.mp4", "medium.mp4", "small.mp4", "tiny.mp4", "1280.jpg"):
            web.routes[f"/pixabay/{holding.number}_{name}"] = Reply(content(holding))


def _pixabay_hit(web: Web, holding: Holding) -> dict[str, Any]:
    base = f"{web.url}/pixabay/{holding.number}"
    hit = {
        "id": holding.number,
        "pageURL": f"https://pixabay.com/{'videos' if holding.kind == 'clip' else 'photos'}/{holding.slug}-{holding.number}/",
        "type": "film" if holding.kind == "clip" else "photo",
        "tags": ", ".join([holding.title.lower(), *holding.keywords.split(",")]),
        "user_id": 7,
        "user": holding.creator,
    }
    if holding.kind == "still":
        return hit | {
            "largeImageURL": f"{base}_1280.jpg",
            "webformatURL": f"{base}_640.jpg",
            "previewURL": f"{base}_150.jpg",
            "imageWidth": holding.size[0],
            "imageHeight": holding.size[1],
        }
    sizes = {"large": (0, 0), "medium": (1920, 1080), "small": (1280, 720), "tiny": (960, 540)}
    files = {
        name: {
            "url": f"{base}_{name}.mp4" if width else "",
            "width": width,
            "height": height,
            "size": width * 1000,
            "thumbnail": "",
        }
        for name, (width, height) in sizes.items()
    }
    return hit | {"duration": holding.duration, "videos": files}


ARCHIVES: Final = {
    "commons": commons,
    "archive_org": archive_org,
    "loc": loc,
    "openverse": openverse,
    "pexels": pexels,
    "pixabay": pixabay,
}
"""The doubles by the names of the servers that ask them."""
