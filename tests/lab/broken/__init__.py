"""Broken twins: each has one defect, and must earn its verdict."""
