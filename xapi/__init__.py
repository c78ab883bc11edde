"""A whole Learning Record Store (xAPI 1.0.3 and 2.0) as a Flask blueprint.

    store = Store(begin, read, attachments_dir=…, on_stored=…)
    app.register_blueprint(create_blueprint(store), url_prefix="/xapi")

It knows nothing of its host: the database connections, the clock and the one hook are handed to it.
"""

from xapi.blueprint import create_blueprint
from xapi.store import Store
from xapi.values import Conflict, Credential, Duplicate, Outcome, Stored, StoredStatement

__all__ = [
    "Conflict",
    "Credential",
    "Duplicate",
    "Outcome",
    "Store",
    "Stored",
    "StoredStatement",
    "create_blueprint",
]
