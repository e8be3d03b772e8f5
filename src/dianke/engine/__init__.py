"""Pure array calculation of quantities, charges and bills: numpy, no Django, no database, no clock."""
