"""Services one behind the other: orders become bills, bills become bookings."""
