"""The clips in a local folder, offered through MCP.

LIBRARY_DIR names the folder. Every mp4, mov, mkv and webm file below it is offered. A text file in JSON beside a clip,
`harbour.json` for `harbour.mp4`, describes it:

    {"title": "…", "keywords": ["…"], "creator": "…", "licence": "…", "source_url": "https://…", "duration": 12.5}

All of it is optional; without it the words of the file's and its folders' names must do. Whoever fills the folder
answers for the right to use its clips.
"""
