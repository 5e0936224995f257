"""The planted bugs fit the tree of the day, and each changes the product, never the rig."""

import subprocess
from pathlib import Path

import pytest

from marketplace.local.state import CHECKOUT
from tests.chaos import faults
from tests.chaos.exam import __main__ as exam

PATCHES = exam.patches()


def test_there_are_twenty_and_each_is_tried_under_faults_that_exist() -> None:
    assert sorted(PATCHES) == list(range(1, 21)) == sorted(exam.TRIES)
    named = {name for tries in exam.TRIES.values() for each in tries for name in each.split(",")}
    assert named <= set(faults.ALL)


@pytest.mark.parametrize("patch", PATCHES.values(), ids=lambda path: path.stem)
def test_a_planted_bug_applies_to_this_tree(patch: Path) -> None:
    tried = subprocess.run(["git", "apply", "--check", str(patch)], cwd=CHECKOUT, capture_output=True, text=True)

    assert tried.returncode == 0, tried.stderr
    assert "+++ b/tests/" not in patch.read_text()
