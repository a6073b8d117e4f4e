"""The database of the record, which the recorder writes.

models      the tables
engine      engines for writing and reading, transactions, and error messages
bulk        many rows in one statement
audit       changes of rows, written with them
videos      a repository of media files; videos_in_memory is its double
search      full-text search over videos
index       consistency of the full-text index
condition   checks of a database
revision    upgrades of the schema: `python -m scenewire.database upgrade`
migrations  the only source of the schema
"""
