"""What the pages say of the demo utility, so that nobody takes it for a real one."""
