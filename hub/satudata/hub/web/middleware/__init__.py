"""The layers around every request, outermost first: one file and one class each.

`SecurityHeaders` -> `RequestLog` -> `ShortWay` (most requests to `/graphql` leave here) -> `OpenReads` -> `Compression`
-> `RequestLanguage` -> `Authentication` -> `BodyLimits` -> the routes.
"""
