"""ConstrINT: search spaces of integer, float, boolean and string parameters under restrictions, exactly.

    from constrint import Space
    space = Space({"x": [1, 2, 4, 8], "y": [1, 2, 4, 8]}, ["x * y <= 16", "x % y == 0"])
"""
from . import _library
from .space import Config, Space, count

__version__: str = _library.library.ci_version().decode()
__all__ = ["Config", "Space", "count"]
