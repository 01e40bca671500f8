"""``.tenor`` source → interchange JSON, one file a pass; ``elaborate.py`` shows the seven passes on one page.

This room knows ``errors`` and ``values`` alone. It emits plain JSON, so that elaborate → load → evaluate is a true
round trip.
"""
