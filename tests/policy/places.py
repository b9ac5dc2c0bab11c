"""Where the calls of these tests would have their effect."""

from typing import Final

from tmtui.policy.use import Where


WHERE: Final = Where(root="/home/ann/work/app", home="/home/ann")
SANDBOXED: Final = Where(root="/home/ann/work/app", home="/home/ann", sandboxed=True)
