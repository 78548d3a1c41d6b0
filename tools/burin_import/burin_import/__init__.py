"""Turns networks that other programs trained into C++ headers for Burin.

    read (readers/) -> Graph (graph.py) -> simplify/ -> layers/ (each node as a layer, or a problem) -> write/
"""
