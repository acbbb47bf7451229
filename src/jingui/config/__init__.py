"""配置: the one place where real things are plugged in."""
