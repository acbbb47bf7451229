"""门: the one place where patient information is read or changed."""
