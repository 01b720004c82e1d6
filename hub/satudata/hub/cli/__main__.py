"""`python -m satudata.hub.cli`, the same as the console script `satudata`."""

from satudata.hub.cli.main import run

if __name__ == "__main__":
    run()
