"""The record store's tables, all named `xapi_…`.

A statement's `seq` is its place in the one order of the store: the microsecond it was stored, times 1024,
plus a counter within that microsecond (`xapi.sequence`). It carries `stored`, sorts statements, bounds
`since` and `until` and is the cursor of pages, so every index a filter needs is (what is filtered by, seq).
Shared rows (agents, verbs, activities) are never deleted or renumbered; statements name them by number.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from xapi.types import BigKey, JsonText, Uuid

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

credentials = Table(
    "xapi_credentials",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("secret_sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", JsonText, nullable=False),
    Column("tenant", Text),
    Column("attributes", JsonText, nullable=False),
    Column("agent", JsonText),
    Column("activity", Text),
    Column("per_minute", Integer),  # requests this credential may make in a minute; NULL: no limit
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Index("ix_xapi_credentials_expires_at", "expires_at"),
)

agents = Table(
    "xapi_agents",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # xapi.identity.agent_key
)

agent_names = Table(
    "xapi_agent_names",
    metadata,
    Column("agent_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("agent_id", "name"),
    sqlite_with_rowid=False,
)

verbs = Table(
    "xapi_verbs",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # the IRI
    Column("definition", JsonText),  # the display, merged from all statements
)

activities = Table(
    "xapi_activities",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # the IRI
    Column("definition", JsonText),  # merged from the statements that may define
)

statements = Table(
    "xapi_statements",
    metadata,
    Column("seq", BigKey, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False, unique=True),
    Column("credential_id", BigInteger, nullable=False),
    Column("tenant", Text),
    Column("actor_id", BigInteger),  # NULL: an anonymous group
    Column("verb_id", BigInteger, nullable=False),
    Column("activity_id", BigInteger),  # NULL: the object is not an activity
    Column("registration", Uuid),
    Column("timestamp", BigInteger, nullable=False),
    Column("major", SmallInteger, nullable=False),  # the xAPI version of the request: 1 or 2
    Column("voided", Boolean, nullable=False),
    Column("statement", Text, nullable=False),  # the JSON as it is returned
    Index("ix_xapi_statements_actor", "actor_id", "seq"),
    Index("ix_xapi_statements_verb", "verb_id", "seq"),
    Index("ix_xapi_statements_activity", "activity_id", "seq"),
    Index("ix_xapi_statements_credential", "credential_id", "seq"),
)
Index(
    "ix_xapi_statements_registration",
    statements.c.registration,
    statements.c.seq,
    sqlite_where=statements.c.registration.is_not(None),
    postgresql_where=statements.c.registration.is_not(None),
)
Index(
    "ix_xapi_statements_tenant",
    statements.c.tenant,
    statements.c.seq,
    sqlite_where=statements.c.tenant.is_not(None),
    postgresql_where=statements.c.tenant.is_not(None),
)

#: Agents of a statement other than its actor; `direct` ones (object, members of the actor or object group)
#: match the `agent` filter alone, the others only with related_agents.
statement_agents = Table(
    "xapi_statement_agents",
    metadata,
    Column("agent_id", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("direct", Boolean, nullable=False),
    PrimaryKeyConstraint("agent_id", "seq"),
    sqlite_with_rowid=False,
)
# An instructor is named in thousands of statements, and few are about them.
Index(
    "ix_xapi_statement_agents_direct",
    statement_agents.c.agent_id,
    statement_agents.c.seq,
    sqlite_where=statement_agents.c.direct.is_(True),
    postgresql_where=statement_agents.c.direct.is_(True),
)

#: Activities of a statement other than its object; they match the `activity` filter with related_activities.
statement_activities = Table(
    "xapi_statement_activities",
    metadata,
    Column("activity_id", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("activity_id", "seq"),
    sqlite_with_rowid=False,
)

#: Which statements point at which, chains included: A → B → C stands here as (B, A), (C, A) and (C, B).
statement_references = Table(
    "xapi_statement_references",
    metadata,
    Column("target", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("target", "seq"),
    Index("ix_xapi_statement_references_seq", "seq"),
)

#: Targets of voiding statements, stored here already or not yet.
voids = Table(
    "xapi_voids",
    metadata,
    Column("target", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("tenant", Text),
    PrimaryKeyConstraint("target", "seq"),
)

#: Which attachments came with the bytes; the bytes are files named by their digest.
statement_attachments = Table(
    "xapi_statement_attachments",
    metadata,
    Column("seq", BigInteger, nullable=False),
    Column("sha2", Text, nullable=False),
    PrimaryKeyConstraint("seq", "sha2"),
)

#: State, agent profile and activity profile documents. Parts of the key that a resource does not have are ''.
documents = Table(
    "xapi_documents",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("resource", Text, nullable=False),  # state | agent | activity
    Column("tenant", Text, nullable=False),
    Column("activity", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("registration", Text, nullable=False),
    Column("name", Text, nullable=False),  # stateId or profileId
    Column("content", LargeBinary, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("updated", BigInteger, nullable=False),
    UniqueConstraint("resource", "tenant", "activity", "agent", "registration", "name", name="uq_xapi_documents_key"),
)

#: How far forwarding to another record store has come.
forwards = Table(
    "xapi_forwards",
    metadata,
    Column("target", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
)

#: How far the import of a file has come; written in the same unit of work as its statements.
imports = Table(
    "xapi_imports",
    metadata,
    Column("source", Text, primary_key=True),  # the path, and the digest of the first line
    Column("offset", BigInteger, nullable=False),  # bytes
    Column("lines", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
)
