"""Instances that live: a storage protocol with backends, the executor over it, systems, manifest and signing."""
