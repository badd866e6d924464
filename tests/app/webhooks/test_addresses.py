import pytest

from app.webhooks.addresses import AddressRefused, Allowed

HOOKS = "https://hooks.example.org/modulo/"


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.example.org/modulo/",
        "https://hooks.example.org/modulo/a/b?c=..&d=/../",
        "https://HOOKS.example.org:443/modulo/a",
        "https://hooks.example.org/modulo/a/../b",
        "https://hooks.example.org/modulo/a%20b",
        "https://hooks.example.org/modulo/a..b",
        "https://hooks.example.org/modulo/100%25",
    ],
)
def test_an_address_below_what_is_allowed_is_taken(address):
    Allowed([HOOKS]).check(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.example.org/",
        "https://hooks.example.org/modulo",
        "https://hooks.example.org/modulox/",
        "https://hooks.example.org/Modulo/",
        "https://hooks.example.org:8443/modulo/",
        "http://hooks.example.org/modulo/",
        "https://hooks.example.org.evil.org/modulo/",
        "https://hooks.example.org./modulo/",
        "https://evil.org/https://hooks.example.org/modulo/",
        "https://hooks.example.org@evil.org/modulo/",
        "https://hooks.example.org:443@evil.org/modulo/",
        "https://user:secret@hooks.example.org/modulo/",
        "https://@hooks.example.org/modulo/",
        "https://hooks.example.org\\@evil.org/modulo/",
        "https://hooks.example.org/modulo/../admin",
        "https://hooks.example.org/modulo/./../admin",
        "https://hooks.example.org/modulo/%2e%2e/admin",
        "https://hooks.example.org/modulo/.%2E/admin",
        "https://hooks.example.org/modulo/%252e%252e/admin",
        "https://hooks.example.org/modulo/%25252525252e%2e/admin",
        "https://hooks.example.org/modulo/..%2fadmin",
        "https://hooks.example.org/modulo/..%5cadmin",
        "https://hooks.example.org/modulo/..;/admin",
        "https://hooks.example.org/modulo/..;a=b/admin",
        "https://hooks.example.org/modulo\\..\\admin",
        "https://hooks.example.org/modulo/%00",
        "https://hooks.example.org/modulo/a b",
        "https://hooks.example.org/modulo/\r\nHost: evil.org",
        "https://hooks.example.org/modulo/#there",
        "https://hooks。example。org/modulo/",
        "https://hoöks.example.org/modulo/",
        "//hooks.example.org/modulo/",
        "hooks.example.org/modulo/",
        "https:///modulo/",
        "https:/hooks.example.org/modulo/",
        "ftp://hooks.example.org/modulo/",
        "file:///etc/passwd",
        "https://hooks.example.org:99999999/modulo/",
        "https://[::1/modulo/",
        "https://hooks%2eexample.org/modulo/",
        "",
        "\ud800",
    ],
)
def test_an_address_that_leads_elsewhere_is_refused_with_what_is_allowed(address):
    with pytest.raises(AddressRefused, match=r"begins with https://hooks\.example\.org/modulo/"):
        Allowed([HOOKS]).check(address)


def test_a_prefix_without_a_slash_at_its_end_covers_whole_segments_alone():
    allowed = Allowed(["https://h.example/hook"])
    allowed.check("https://h.example/hook")
    allowed.check("https://h.example/hook?to=me")
    allowed.check("https://h.example/hook/me")
    with pytest.raises(AddressRefused):
        allowed.check("https://h.example/hooks")


def test_a_host_alone_covers_all_its_paths():
    Allowed(["https://h.example"]).check("https://h.example/any/path")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_http_is_for_this_machine_alone(host):
    Allowed([f"http://{host}:9/"]).check(f"http://{host}:9/hook")
    with pytest.raises(AddressRefused, match="use https"):
        Allowed(["http://10.0.0.1/"])


def test_without_prefixes_there_are_no_webhooks():
    with pytest.raises(AddressRefused, match="sends no webhooks"):
        Allowed().check("https://h.example/")


def test_each_of_several_prefixes_is_named():
    allowed = Allowed(["https://a.example/", "https://b.example/x"])
    allowed.check("https://b.example/x/y")
    with pytest.raises(AddressRefused, match=r"https://a\.example/ or https://b\.example/x"):
        allowed.check("https://c.example/")


def test_a_prefix_that_is_no_address_is_named():
    with pytest.raises(AddressRefused, match="'hooks':"):
        Allowed(["hooks"])
