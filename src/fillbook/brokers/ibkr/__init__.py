"""Interactive Brokers: Flex Web Service and Activity Flex statements."""
