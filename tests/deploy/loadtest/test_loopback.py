"""A load test goes to this machine and nowhere else."""

import pytest

from deploy.loadtest.loopback import Address, NotLoopback, loopback


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1", 8000),
        ("http://127.1.2.3:8000/", "127.1.2.3", 8000),
        ("http://[::1]:9", "::1", 9),
        ("http://127.0.0.1", "127.0.0.1", 80),
    ],
)
def test_a_loopback_address_is_taken(url, host, port):
    assert loopback(url) == Address(host=host, port=port)


def test_localhost_is_looked_up_and_becomes_a_number():
    assert loopback("http://localhost:8000").host in {"127.0.0.1", "::1"}


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.7:8000",
        "http://0.0.0.0:8000",
        "http://example.org",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "http://me@127.0.0.1:8000",
        "https://127.0.0.1:8000",
        "http://127.0.0.1:8000/v1",
        "http://127.0.0.1:eight",
        "127.0.0.1:8000",
        "",
    ],
)
def test_any_other_url_is_refused_in_words_that_name_it(url):
    with pytest.raises(NotLoopback, match="this machine alone") as met:
        loopback(url)
    assert repr(url) in str(met.value)


def test_an_address_is_written_as_a_url_again():
    for url in ("http://127.0.0.1:8000", "http://[::1]:9"):
        assert loopback(url).url == url
