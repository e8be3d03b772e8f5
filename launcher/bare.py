"""placeholder to be written"""
