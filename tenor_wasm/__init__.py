"""Tenor: behavioural contracts, evaluated in CPython and in a browser tab.

``tenor_wasm.api`` is the way in; ``README.md`` has examples.
"""

__version__ = "0.1.0"
