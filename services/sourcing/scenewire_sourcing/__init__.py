"""Finds footage for every scene.

Consumes `audio.rendered`; publishes one `footage.sourced` per scene.

Guarantees: a clip is published only after its file is in the artifact store and was probed there. Footage servers are called
through MCP; a server that fails, hangs or returns invalid answers costs its footage, never the video: the scene then gets a
generated background, `fallback` is set and the reason names the server. A clip without a word in common with the scene is not
used. The selection for a scene is stored before it is published, and a redelivery reuses it.
"""
