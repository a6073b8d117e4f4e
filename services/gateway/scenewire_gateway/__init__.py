"""The doors of scenewire for browsers, programs and agents.

Consumes the messages that end a project, for webhooks; reads the stream, the record and the artifacts. Publishes orders
and cancellations, and asks the script service for edits: everything that it changes is a message. It holds no state that
a restart could lose.

http        REST, pages and files
agents      the same for agents, over MCP
projects    what a project is to those who ask: its state, storyboard and versions; orders and edits
events      what happens, live
preview     what can be watched before the video is finished
webhooks    what other programs are told
access      who may do what
pages       the pages, as they are sent
"""
