"""Where stages run: in this process, in local processes."""
