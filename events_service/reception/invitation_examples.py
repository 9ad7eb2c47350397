"""Invitations as the OpenAPI document shows them."""

EXAMPLE_ID = "0190f6b2e8a07b43a5d1c2f3e4a5b6c7"
EXAMPLE_DRAFT = {
    "people": [
        {"name": "Åsa Ðórsdóttir", "email": "asa@example.org", "category": "elected_official", "language": "sv"}
    ],
    "reserve": False,
    "lapses_at": "2027-02-20T12:00",
    "plus_ones": 1,
}
EXAMPLE_SENT = {
    "created": 1,
    "known": 0,
    "rejected": [
        {
            "line": 2,
            "errors": [
                {"field": "email", "code": "invalid_email", "message": "Write a mail address such as asa@example.org."}
            ],
        }
    ],
}
EXAMPLE_SEGMENT = {"country": "NO", "category": "practitioner", "members": True}
EXAMPLE_PREVIEW = {
    "count": 12,
    "known": 2,
    "people": [
        {"name": "Åsa Ðórsdóttir", "email": "asa@example.org", "organisation": "City of Malmö", "city": "Malmö"}
    ],
}
EXAMPLE_INVITATION = {
    "id": EXAMPLE_ID,
    "event": "guide-launch",
    "name": "Åsa Ðórsdóttir",
    "email": "asa@example.org",
    "organisation": "City of Malmö",
    "city": "Malmö",
    "category": "elected_official",
    "language": "sv",
    "state": "opened",
    "reserve_number": None,
    "plus_ones": 1,
    "lapses_at": "2027-02-20T11:00:00Z",
    "host_id": None,
    "registration_id": None,
    "word": "",
    "invited_by": "0190f6b2e8a07b43a5d1c2f3e4a5b600",
    "invited_at": "2027-01-15T09:12:00Z",
    "opened_at": "2027-01-16T07:30:00Z",
    "answered_at": None,
    "reminded_at": None,
    "url": "https://events.example.org/invited#mfrggzdfmztwq2lknnwg23tpobyxe43u",
}
