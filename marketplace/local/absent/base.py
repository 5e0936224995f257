"""Found by Django under this name. See `marketplace.environment.load` for when it is chosen."""

from typing import Any, NoReturn

from django.db.backends.postgresql import base
from django.db.utils import OperationalError

from marketplace.environment import START


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> NoReturn:
        raise OperationalError(START)
