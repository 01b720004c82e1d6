"""What has changed since one last looked: publications in their order, and how submissions stand."""
