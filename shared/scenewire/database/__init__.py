"""The database: for the recorder, which writes it, and for the gateway, which reads it.

models      the tables as code sees them
engine      engines for writing and reading, one transaction per unit of work, failures in plain words
audit       every change of a row, written with it
videos      a repository of media files; videos_in_memory its double
search      finding videos by the words of their names and paths
revision    brings a database to the schema that this code expects: `python -m scenewire.database upgrade`
migrations  the one source of the schema
"""
