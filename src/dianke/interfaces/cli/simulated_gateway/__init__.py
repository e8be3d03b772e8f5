"""
A gateway of online payment that takes no money, as a process of its own: for demonstrations and tests.

It knows nothing of the product but its interface: orders signed by us come by address, call-backs signed by it go out.
It is worth something only where a gateway of the kind SIMULATED is entered with its key and DIANKE_SIMULATED_GATEWAY=1.
"""
