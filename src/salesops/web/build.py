"""Building the pages' assets: `python -m salesops.web.build` collects, hashes and compresses them."""

import os


def build() -> None:
    """Write every asset into STATIC_ROOT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesops.web.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)


if __name__ == "__main__":
    build()
