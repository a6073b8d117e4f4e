"""Logs, metrics and health.

logging_setup  one event per line, without secrets
health         requirements of a service
loop_watchdog  ends a process whose event loop hangs
http_endpoint  `/metrics`, `/healthz` and `/livez` over HTTP
healthcheck    the program that requests them, for images without an HTTP client
"""
