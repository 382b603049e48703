# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Tests that change the machine they run on: only for guests, where nothing else is and nothing
stays. Their fixtures are those of all tests.
"""

import os

import pytest


def pytest_collection_modifyitems(items):
    if "TVTRACED_GUEST" not in os.environ:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="changes the machine: for guests only"))
