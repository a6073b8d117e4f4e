"""The record, read: projects, scenes, footage, messages and changes, as the recorder has written them.

content     messages of the log, parsed
queries     all queries, in rows
reads       what commands show: plain arguments in, plain data out
"""
