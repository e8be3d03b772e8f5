"""Rules of invoicing: tax inside an amount, lines, red letters, structured files."""
