"""Offers the clips and stills in a local folder through MCP.

LIBRARY_DIR names the folder. Every mp4, mov, mkv and webm file below it is offered, and every jpg, jpeg, png, webp, gif
and avif picture, unless it is the preview of a clip with the same name. A JSON file next to one of them, `harbour.json` for
`harbour.mp4`, describes it:

    {"title": "…", "keywords": ["…"], "creator": "…", "licence": "…", "source_url": "https://…", "duration": 12.5}

All fields are optional; without them, search uses the names of the file and its folders. The owner of the folder is
responsible for the rights to its clips.
"""
