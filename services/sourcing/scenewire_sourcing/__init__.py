"""Finds footage for every scene.

Consumes `audio.rendered`; publishes one `footage.sourced` per scene.

Promises: a clip is announced only after its file lies in the artifact store and was measured there. Footage servers
are asked through MCP; one that fails, hangs or answers nonsense costs its footage, never the film: the scene then gets
a painted background, `fallback` is set and the reason names the server. A clip that has no word in common with the
scene is not used. The choice for a scene is stored before it is published: a redelivery adopts it.
"""
