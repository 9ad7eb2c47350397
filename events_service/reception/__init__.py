"""Where guests are met: invitations as their guests and the organisers see them."""
