"""What all services share.

errors         failures: transient or permanent, each with a code and a hint
messages       every message on the wire, in pipeline order
topology       streams, subjects, durables and retries, as data
settings       the environment that every service reads
timeline       frames, samples and clips
text           what of a text is markup, what is words, and in which language
places         countries, capitals and waters, for maps
artifacts      where files lie, and how a stored result is found again
probe          what a file from outside is, found out in a child process
ffmpeg         finding and running ffmpeg
processes      running programs
installation   downloads of voices and fonts
model_server   access to a language model
database       tables and migrations
record         the record, read
bus            the only code that speaks NATS
observability  logs, metrics and health
processors     how many this process may use
"""
