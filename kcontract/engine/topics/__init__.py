"""What is there before a unit begins: its topics' names, its schemas, its reply topics."""
