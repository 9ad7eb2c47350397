"""Online presence: following the join link is the check-in, and the page that stays open tells how long somebody was there."""
