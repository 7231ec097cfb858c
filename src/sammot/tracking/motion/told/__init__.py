"""Objects that a user shows to the engine `motion`: outlined, then followed by flow and colour."""
