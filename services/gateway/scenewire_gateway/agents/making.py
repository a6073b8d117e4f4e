"""Composes the MCP server."""

from scenewire_gateway.agents.changing import add_changing_tools
from scenewire_gateway.agents.reading import add_reading_tools
from scenewire_gateway.agents.resources import add_resources
from scenewire_gateway.agents.server import AgentServer, Projects

__all__ = ["make_agents"]


def make_agents(projects: Projects) -> AgentServer:
    """Returns an MCP server with all tools and resources.

    Args:
        projects: what they work with.
    """
    server = AgentServer()
    for add in (add_changing_tools, add_reading_tools, add_resources):
        add(server, projects)
    return server
