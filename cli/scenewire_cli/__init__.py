"""The terminal front door. It knows `shared` only; services are started by their dotted names."""
