"""What operators see: structured logs, with project, scene and stage bound to every line."""
