"""REST, pages and files over HTTP.

server  listens
api     all routes, and what surrounds them
routes  a file for each subject
bounds  limits of requests, and headers of answers
errors  failures as problem documents
files   files of the artifact store as answers
"""
