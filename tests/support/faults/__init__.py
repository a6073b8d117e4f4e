"""A world in which faults are caused: real server, real services, and what must hold afterwards."""
