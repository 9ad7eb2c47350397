"""Lists in and out as CSV and XLSX: registrations, sign-ups, speakers; and the figures of an event afterwards."""
