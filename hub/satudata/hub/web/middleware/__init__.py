"""The layers around every request, outermost first: one file and one class each.

`SecurityHeaders` -> `RequestLog` -> `RequestLanguage` -> `Authentication` -> `BodyLimits` -> the routes.
"""
