"""Examples of what kiosks ask and are answered, for the API's description."""

SCAN_ID = "0190f6b2-6c1f-7c3a-9d52-0d6f0a4b8e11"
PRINT = {"scan_id": SCAN_ID, "again": False}
PRINTED = {"scan_id": SCAN_ID}
BADGE = {
    "layout": "label62",
    "language": "en",
    "title": "Launch of the Safe Cities Guide",
    "when": "Sunday 7 March 2027",
    "name": "Åsa Ðórsdóttir",
    "organisation": "City of Malmö",
    "city": "Malmö",
    "category": "practitioner",
    "word": "Practitioner",
    "code": "BAKO-LIME",
    "badge": "S1" + "X" * 144,
}
