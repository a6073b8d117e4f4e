"""Tools that order, edit, approve, retry and cancel, and the plan before that."""

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import AddedScene, SceneEdit, ScriptRequested, describe_faults
from scenewire_gateway.access.scopes import Scope
from scenewire_gateway.agents.answers import PlanResult, ProjectResult, answer, project_answer
from scenewire_gateway.agents.reading import ProjectParameter
from scenewire_gateway.agents.server import AgentServer, Projects, base_url, caller_of_tool
from scenewire_gateway.projects.edits import Edit
from scenewire_gateway.projects.orders import read_order
from scenewire_gateway.projects.state import ProjectState

__all__ = ["VideoOrder", "add_changing_tools", "stated"]


class VideoOrder(BaseModel):
    """A video: a topic, a text or scenes, and what differs from the defaults."""

    model_config = ConfigDict(extra="forbid")

    topic: str | None = Field(
        default=None, description="What it is about; a language model or an outline writes the script."
    )
    text: str | None = Field(
        default=None, description="The narration, word for word: plain text or Markdown. Headings become chapters."
    )
    scenes: list[str | dict[str, Any]] | None = Field(
        default=None,
        description='Scenes instead of a text: "text", or {"text", "footage_query", "keywords", "voice", "media"}.',
    )
    title: str | None = None
    language: str | None = Field(default=None, description="Tag such as en or pt-BR; null: detected.")
    target_duration: float | None = Field(
        default=None, description="Seconds; null: 300 for a topic, else what the text takes."
    )
    voice: str | None = Field(default=None, description="Name of a voice; none: captions only. Null: the language's.")
    look: str | None = Field(default=None, description="Shape: landscape, portrait or square.")
    budget: float | None = Field(
        default=None, description="Most that paid providers may cost, in the currency of the configured prices."
    )
    fields: dict[str, Any] = Field(
        default={},
        description='Further fields of an order, such as {"music": {"mood": "calm"}, "footage_providers": ["open"]}; '
        "the resource scenewire://order-schema lists all.",
    )

    def order(self, *, approve: bool = False) -> ScriptRequested:
        """Returns the order.

        Raises:
            PermanentError: `invalid_order`.
        """
        given = self.model_dump(exclude={"fields"}, exclude_none=True) | {"approve": approve}
        if twice := sorted(given.keys() & self.fields.keys()):
            message = f"{twice[0]} is given twice"
            raise PermanentError(FailureCode.INVALID_ORDER, message, hint="leave it out of fields")
        return read_order(given | self.fields)


_ExpectedRevision = Annotated[
    int, Field(ge=0, description="Revision of the project that you have seen; another one is refused.")
]

_PLANS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_ORDERS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=True)
_EDITS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True)
_CANCELS = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)


def add_changing_tools(server: AgentServer, projects: Projects) -> None:
    """Adds the tools to a server."""

    async def plan_video(video: VideoOrder) -> PlanResult:
        """Shows the scenes, lengths and footage queries that an order would have. Costs nothing and stores nothing."""
        return answer(await projects.orders.plan(video.order()))

    async def order_video(
        video: VideoOrder,
        ctx: Context[Any, Any],
        *,
        approve: Annotated[
            bool, Field(description="Whether to stop at the storyboard until approve_storyboard is called.")
        ] = False,
        idempotency_key: Annotated[
            str | None,
            Field(
                min_length=1,
                max_length=200,
                description="Of your choice: the same order under the same key is the same project.",
            ),
        ] = None,
    ) -> ProjectResult:
        """Orders a video and returns its project at once; get_status follows it."""
        order, caller = video.order(approve=approve), caller_of_tool(ctx)
        project_id = await projects.orders.order(order, caller=caller.name, key=idempotency_key)
        project = await projects.board.expect(project_id, 0) or ProjectState.ordered(project_id, order)
        return project_answer(project, base_url(ctx))

    async def edit_storyboard(
        project: ProjectParameter,
        expected_revision: _ExpectedRevision,
        ctx: Context[Any, Any],
        *,
        scenes: Annotated[
            list[SceneEdit] | None,
            Field(description="Changes of scenes, by their present numbers; fields that are left out or null stay."),
        ] = None,
        added: Annotated[list[AddedScene] | None, Field(description="New scenes.")] = None,
        order: Annotated[
            list[int] | None,
            Field(description="Numbers of the scenes that stay, in their new order; the others are dropped."),
        ] = None,
        options: Annotated[
            dict[str, Any] | None,
            Field(description="Of the whole video, where they change: voice, look, speed, music, as in an order."),
        ] = None,
        approve: Annotated[
            bool, Field(description="Whether the video is made of it without another approval.")
        ] = False,
    ) -> ProjectResult:
        """Changes scenes or options and makes the next revision. Earlier videos stay; only what changed is made anew.

        A repetition of an edit changes nothing more.
        """
        changed_scenes = None if scenes is None else [stated(scene) for scene in scenes]
        given = {"scenes": changed_scenes, "added": added, "order": order, "options": options}
        changes = {name: value for name, value in given.items() if value is not None}
        try:
            edit = Edit.model_validate(changes | {"expected_revision": expected_revision, "approve": approve})
        except ValidationError as error:
            hint = "correct the arguments of edit_storyboard"
            raise PermanentError(FailureCode.INVALID_ORDER, describe_faults(error), hint=hint) from error
        found = await projects.board.find(project)
        revision = await projects.orders.edit(found, edit, caller=caller_of_tool(ctx).name)
        return await changed(found, revision, ctx)

    async def approve_storyboard(
        project: ProjectParameter, expected_revision: _ExpectedRevision, ctx: Context[Any, Any]
    ) -> ProjectResult:
        """Has the video made of a storyboard that awaits approval. Ask the customer before."""
        found, caller = await projects.board.find(project), caller_of_tool(ctx)
        revision = await projects.orders.approve(found, expected_revision=expected_revision, caller=caller.name)
        return await changed(found, revision, ctx)

    async def retry_project(
        project: ProjectParameter, expected_revision: _ExpectedRevision, ctx: Context[Any, Any]
    ) -> ProjectResult:
        """Makes a failed or cancelled project again. What was finished is kept."""
        found, caller = await projects.board.find(project), caller_of_tool(ctx)
        revision = await projects.orders.retry(found, expected_revision=expected_revision, caller=caller.name)
        return await changed(found, revision, ctx)

    async def cancel_project(
        project: ProjectParameter,
        ctx: Context[Any, Any],
        reason: Annotated[str, Field(max_length=500, description="Why, for the history of the project.")] = "",
    ) -> ProjectResult:
        """Cancels a project that is being made; one that has ended stays as it is. Finished videos stay."""
        found = await projects.board.find(project)
        await projects.orders.cancel(found, reason=reason, caller=caller_of_tool(ctx).name)
        return project_answer(await projects.board.expect_end(found), base_url(ctx))

    async def changed(project: ProjectState, revision: int, ctx: Context[Any, Any]) -> CallToolResult:
        return project_answer(await projects.board.expect(project.project_id, revision) or project, base_url(ctx))

    server.offer(plan_video, scope=Scope.ORDER, title="Plan a video", annotations=_PLANS)
    server.offer(order_video, scope=Scope.ORDER, title="Order a video", annotations=_ORDERS)
    server.offer(edit_storyboard, scope=Scope.ORDER, title="Edit a storyboard", annotations=_EDITS)
    server.offer(approve_storyboard, scope=Scope.ORDER, title="Approve a storyboard", annotations=_EDITS)
    server.offer(retry_project, scope=Scope.ORDER, title="Retry a project", annotations=_EDITS)
    server.offer(cancel_project, scope=Scope.ORDER, title="Cancel a project", annotations=_CANCELS)


def stated(edit: SceneEdit) -> SceneEdit:
    """Returns an edit without the fields that are null: models write out what they do not mean to change."""
    return SceneEdit.model_validate(edit.model_dump(exclude_unset=True, exclude_none=True))
