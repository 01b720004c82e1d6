"""The catalogue as the API shows it: datasets, versions, agencies, topics, code lists, the hub itself."""
