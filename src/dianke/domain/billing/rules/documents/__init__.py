"""Bills as documents that leave the house: as data, as a message, as the words on paper."""
