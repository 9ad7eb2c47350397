"""The network around an address."""

import pytest

from events_service.people.visitors import wide_network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("a socket", "a socket"),
    ],
)
def test_the_network_around_an_address(address: str, network: str) -> None:
    assert wide_network_of(address) == network
