"""The package behind the lessons: the transparent core, pictures, labs and checks."""
