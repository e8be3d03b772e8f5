"""
What stands behind ./dianke: it makes the environment, starts the database and hands over to the product.

Standard library only, so that it runs on a bare Debian 12 before anything has been installed.
"""
