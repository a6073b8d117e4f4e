"""Where media lie. Messages carry references; this package turns them into files and back.

store         the interface, keys, `open_store(url)`
filesystem    a folder: workers on one host read in place
object_store  S3 and its like, fetched into a cache before use
cache         local copies of what lies in an object store
metrics       what is counted of an object store
local_files   files on this host: measured, synced, and where they lie while they are being made
results       a stage's stored result, found again by the hash of everything that shaped it
"""
