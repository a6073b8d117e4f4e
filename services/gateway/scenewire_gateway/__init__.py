"""The gateway: REST, event streams, pages, webhooks and MCP over HTTP. Consumes `video.assembled` and `project.*`."""
