"""The commands by what they are about: data, reports, numbers. Each is a thin skin; heavy imports stay inside it."""
