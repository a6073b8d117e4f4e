"""What all services agree on.

errors         failures: transient or permanent, each with a code and a hint
contracts      every message on the wire, in pipeline order
topology       the stream, its subjects, durables, waits and retries, as data
text           what of a text is markup and what is words
processors     how many this process may use
settings       the environment that every service reads
observability  structured logs
artifacts      where media lie, and how a stored result is found again
media          running programs, finding ffmpeg, probing files, the shipped font
database       tables and migrations, for recorder and gateway alone
bus            the only code that talks to JetStream
"""
