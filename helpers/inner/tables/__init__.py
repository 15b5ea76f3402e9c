"""Behind from_table and from_arrays: reading, judging and preparing of tables."""
