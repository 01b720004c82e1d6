"""The `Node` interface: things with a globally unique id."""

import strawberry


@strawberry.interface(description="A thing with an id that is unique in the whole hub and never changes.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque; fetch the thing again with `node(id:)`.")
