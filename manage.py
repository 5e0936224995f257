#!/usr/bin/env python3
"""Django's command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError

    from marketplace.environment import START

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if str(error) != START:
            raise
        sys.exit(f"beckon: {START}")


if __name__ == "__main__":
    main()
