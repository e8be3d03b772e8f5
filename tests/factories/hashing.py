"""Passwords of tests cost nothing: the product's hash is slow on purpose, and hundreds of people are made here."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """Argon2 with the least work that it allows."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
