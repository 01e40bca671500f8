"""Scenario files: situations of a contract with what is expected of them, run and measured."""
