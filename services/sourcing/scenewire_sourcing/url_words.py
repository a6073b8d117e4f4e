"""The words in a URL, which are a title where an archive states none. Pure."""

import re
from urllib.parse import unquote, urlsplit

__all__ = ["words_of_url"]


def words_of_url(text: str) -> str:
    """Returns the words of the last part of a URL's path, without numbers and suffix; other text unchanged."""
    if not text.startswith(("https://", "http://")):
        return text
    try:
        path = unquote(urlsplit(text).path)
    except ValueError:
        return ""
    last = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", path.rstrip("/").rpartition("/")[2])
    words = " ".join(word for word in re.split(r"[-_+\s]+", last) if word and not word.isdecimal())
    return words[:1].upper() + words[1:]
