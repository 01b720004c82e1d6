"""Background jobs: the DBOS runner behind `satudata.datasets.jobs.Jobs`."""
