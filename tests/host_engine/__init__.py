"""A double of nv-hostengine for tests. It uses the standard library alone (Python 3.11), so that it also runs in a VM
that has nothing else: ``python3 -m host_engine --help``.

It is written against DCGM's headers, not against gpurules, and shares no code with it.
"""
