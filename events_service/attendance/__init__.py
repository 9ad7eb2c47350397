"""The live picture: who is expected, who came, who is inside, told as it happens."""
