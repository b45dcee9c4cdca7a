"""The manifests around the rules: the guest's set-up, exporters, monitors, network policies, and what a probe needs."""
