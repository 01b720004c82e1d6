"""The demo home: real public figures published through the same services and jobs as HTTP."""
