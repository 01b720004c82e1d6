"""The layers around every request, outermost first: one file and one class each.

`RequestLog` -> `SecurityHeaders` -> `RequestLanguage` -> `Authentication` -> `BodyLimits` -> the routes.
"""
