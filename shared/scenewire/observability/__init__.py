"""What can be seen from outside: logs, metrics, and whether a process is fit to work.

logs     one event a line, without secrets
health   what must be true of a service for it to do its work
monitor  `/metrics`, `/healthz` and `/livez` over HTTP
check    `python -m scenewire.observability.healthcheck`: asks them, for images without an HTTP client
"""
