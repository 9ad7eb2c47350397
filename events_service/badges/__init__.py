"""Badges on paper: drawn as PDF in three layouts, printed in jobs, and printed again. And the ticket on a phone."""
