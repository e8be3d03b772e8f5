"""Lists that join the rows of many modules; they read and never write."""
