"""Sorters in Python, on one client or framework each. VARIANT selects a defect."""
