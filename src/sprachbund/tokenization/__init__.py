"""Words to pieces; the only owner of which piece stands for which word."""
