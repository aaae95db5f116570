"""Files written whole or not at all."""

from tapefit.files._atomic import check_writable, replacing

__all__ = ["check_writable", "replacing"]
