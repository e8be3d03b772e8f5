"""
Service orders: what a utility promised to do, and by when.

Owns the promise sets (dated, one for each company and era), the service clocks that turn a promise, a
start, working hours and pauses into a due time, the dated rules by which applications are judged, and the orders
themselves with their steps, pauses and the spells in which transformers are sealed. Does not
own working calendars (kernel) nor the people who keep the promises. Follows REG-SUPPLY-1996, REG-1583-2016,
REG-SUPPLY-2024, REG-SUPPLY-SUPERVISION-2009, REG-SG-PROMISES-2011, REG-SG-PROMISES-2023,
REG-CSG-PROMISES and, for counting days, REG-CIVIL-CODE-2020 arts. 201 and 203.
"""
