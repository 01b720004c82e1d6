"""Names of topics, from `topics.yaml`."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from satudata.validation.text import Text


@cache
def topic_names() -> Mapping[str, Text]:
    """All known topics by id."""
    content = (resources.files("satudata.datasets.catalogue") / "topics.yaml").read_text("utf-8")
    return {topic: Text(**names) for topic, names in yaml.safe_load(content).items()}


def topic_name(topic: str) -> Text:
    """Its name; for a topic that is not in the list, the id itself as words."""
    words = topic.replace("-", " ").capitalize()
    return topic_names().get(topic, Text(words, words))
