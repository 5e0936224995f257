"""One server process: the sockets and the pages of the product."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

from marketplace.wsgi import application as pages  # noqa: I001  (Django is set up here, before anything of ours)
from marketplace import guards
from marketplace.sockets import product
from realtime import consumers

guards.refuse_unfit()
application = consumers.application(product(), pages)
