"""Where media lie. Messages carry references; this package turns them into files and back.

store       the interface, keys, `open_store(url)`
filesystem  a folder: workers on one host read in place
results     a stage's stored result, found again by the hash of everything that shaped it
"""
