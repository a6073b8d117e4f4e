"""What the work behind messages used: time, processors, bytes, tokens and money.

`scenewire rebuild` fills it from messages that are on record already.
"""

import sqlalchemy as sa
from alembic import op

revision = "c41f7a3d9e02"
down_revision = "b7d24e91c530"
branch_labels = None
depends_on = None


def upgrade() -> None:
    real: sa.types.TypeEngine[float] = sa.REAL().with_variant(sa.Double(), "postgresql")
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "work",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("scene_number", sa.Integer()),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("wall_seconds", real, nullable=False),
        sa.Column("own_cpu_seconds", real, nullable=False),
        sa.Column("child_cpu_seconds", real, nullable=False),
        sa.Column("bytes_fetched", big, nullable=False),
        sa.Column("bytes_stored", big, nullable=False),
        sa.Column("results_reused", sa.Integer(), nullable=False),
        sa.Column("results_made", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("input_tokens", big),
        sa.Column("output_tokens", big),
        sa.Column("characters", big),
        sa.Column("money", real),
        sa.Column("providers", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_work"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message_log.message_id"], name="fk_work_message_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_work_project_id", "work", ["project_id"])


def downgrade() -> None:
    op.drop_table("work")
