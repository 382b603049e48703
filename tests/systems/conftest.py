# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Each system is seen once, and then all tests ask about it."""

import pytest

pytest.register_assert_rewrite("system", "servers", "languages", "others", "second", "observe",
                              "listing", "replay")

import cgroups
import identities
from listed import SYSTEMS
from observe import observe
from second import MORE
from tracer import Tracer

ALL = {**SYSTEMS, **MORE}


def pytest_addoption(parser):
    parser.addoption("--more", action="store_true", help="see the second list of systems, too")


def pytest_generate_tests(metafunc):
    if "seen" in metafunc.fixturenames:
        # Without this folder on the command line, nobody knows of the option.
        more = MORE if metafunc.config.getoption("--more", False) else {}
        metafunc.parametrize("seen", [parameter(name) for name in (*SYSTEMS, *more)],
                             indirect=True, scope="module")


def parameter(name):
    missing = ALL[name].missing()
    # The name itself: pytest makes a fixture anew when the parameter is another object.
    return pytest.param(name, marks=pytest.mark.skipif(bool(missing), reason=missing or ""))


@pytest.fixture(scope="module")
def places():
    with cgroups.cgroups_of(cgroups.available()[0]) as made:
        yield made


@pytest.fixture(scope="module")
def quiet():
    """A tracer that publishes nothing until it is asked; the last publication is looked at."""
    started = Tracer(interval=3600)
    try:
        yield started
        identities.check_publication(started.stop())
    finally:
        started.kill()


@pytest.fixture(scope="module")
def seen(request, quiet, places, tmp_path_factory):
    name = request.param
    return observe(name, ALL[name], places, tmp_path_factory.mktemp("capture"))
