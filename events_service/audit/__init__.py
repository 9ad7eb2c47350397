"""Who saw or changed what that matters: written in the transaction of the deed, and never changed afterwards."""
